import type { BlobStore, Frame, Invocation } from "@faast/core/provider";
import { Delivery } from "../dist/delivery.js";
import { QueuedFrames, ReplyRouter } from "../dist/reply-queue.js";
import { until } from "./modes.ts";

const encoder = new TextEncoder();
const request = {
  call: "a",
  attempt: 0,
  functionName: "f",
  args: new Uint8Array(),
  timeout: 1000,
  stream: true,
  credit: 1,
  validate: true,
};
const base = { call: "a", attempt: 0, item: 0 };
const inline = { base64: "AA==" };
const item = (sequence: number, value: object = inline) => ({
  ...base,
  type: "yield",
  sequence,
  value,
});
const result = (sequence: number) => ({
  ...base,
  type: "result",
  sequence,
  value: inline,
  timing: { startedAt: 0, executionTime: 0 },
});
const message = (...frames: object[]) => JSON.stringify({ faast: 1, frames });

/** An attempt that is over when it has all of so many frames, and a router that is given the messages. */
async function routed(expected: number, bodies: string[], blobs: Partial<BlobStore> = {}) {
  const over = new AbortController();
  const frames: Frame[] = [];
  const failures: string[] = [];
  const end = () => over.abort();
  const invocation: Invocation = {
    request,
    signal: over.signal,
    get over() {
      return over.signal.aborted;
    },
    receive: (frame) => {
      if (frames.push(frame) === expected) end();
    },
    fail: (code, reason) => {
      failures.push(`${code}: ${reason}`);
      end();
    },
    defer: () => false,
    onControl: () => undefined,
  };
  const batches = [bodies];
  const receive = () =>
    Promise.resolve(
      batches.shift() ?? new Promise<string[]>((resolve) => setTimeout(resolve, 5, [])),
    );
  const router = new ReplyRouter({ receive }, blobs as BlobStore);
  const delivery = new Delivery(invocation);
  const events: string[] = [];
  delivery.onLastFrame(() => events.push(`last, after ${frames.length}`));
  const forget = router.expect(delivery);
  delivery.onceSettled(() => {
    events.push(`settled, after ${frames.length}`);
    forget();
  });
  await new Promise((resolve) => {
    over.signal.addEventListener("abort", resolve);
  });
  await router.close();
  return { sequences: frames.map(({ sequence }) => sequence).sort(), failures, events };
}

describe("the reply queue", () => {
  it("loses no frame that the last one overtakes", async () => {
    const slow = {
      get: () => new Promise<Uint8Array>((resolve) => setTimeout(resolve, 50, encoder.encode("x"))),
    };
    const bodies = [message(item(0, { blob: "large", bytes: 1 }), item(1)), message(result(2))];
    const { sequences, events } = await routed(3, bodies, slow);
    expect(sequences).toEqual([0, 1, 2]);
    expect(events).toEqual(["last, after 0", "settled, after 3"]);
  });

  it("fetches what is stored but once, though SQS delivers its message twice", async () => {
    const stored = new Set(["first", "second"]);
    const once = {
      get: async (key: string) => {
        if (!stored.delete(key)) throw new Error("no such object");
        return encoder.encode("x");
      },
    };
    const first = message(item(0, { blob: "first", bytes: 1 }));
    const second = message(item(1, { blob: "second", bytes: 1 }));
    const bodies = [first, first, second, second, message(result(2))];
    expect(await routed(3, bodies, once)).toMatchObject({ sequences: [0, 1, 2], failures: [] });
  });

  it("goes on where the first attempt is over before anyone waits for it", async () => {
    const bodies = [[message(result(0))]];
    const receive = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return bodies.shift() ?? [];
    };
    const router = new ReplyRouter({ receive }, {} as BlobStore);
    const attempt = (signal: AbortSignal, receiveFrame: (frame: Frame) => void): Invocation => ({
      request,
      signal,
      over: signal.aborted,
      receive: receiveFrame,
      fail: () => undefined,
      defer: () => false,
      onControl: () => undefined,
    });
    router.expect(attempt(AbortSignal.abort(), () => undefined));
    const frame = await new Promise<Frame>((resolve) => {
      router.expect(attempt(new AbortController().signal, resolve));
    });
    expect(frame.type).toBe("result");
    await router.close();
  });

  it("passes over what is not ours, and what is for nobody", async () => {
    const stranger = message({ ...result(0), call: "b" });
    const bodies = ["not JSON", "null", "{}", '"text"', stranger, message(result(0))];
    expect(await routed(1, bodies)).toMatchObject({ sequences: [0], failures: [] });
  });

  it("fails the call of which a part cannot be read, with the reason", async () => {
    const broken = { get: () => Promise.reject(new Error("no such object")) };
    const bodies = [message(item(0, { blob: "gone", bytes: 1 }))];
    const { failures } = await routed(2, bodies, broken);
    expect(failures).toEqual(["lost: a part of the answer could not be read: no such object"]);
  });

  it("tells of an asynchronous invocation that failed", async () => {
    const requestPayload = { faast: 1, call: { call: "a", attempt: 0 } };
    const failure = (condition: string) =>
      JSON.stringify({ requestContext: { condition }, requestPayload });
    expect((await routed(1, [failure("RetriesExhausted")])).failures).toEqual([
      expect.stringMatching(/^exit: /),
    ]);
    expect((await routed(1, [failure("EventAgeExceeded")])).failures).toEqual([
      expect.stringMatching(/^throttled: /),
    ]);
  });

  it("tells the same of one that a notification started, and why Lambda ended it", async () => {
    const event = { faast: 1, call: { call: "a", attempt: 0 } };
    const failure = (errorType: string) =>
      JSON.stringify({
        requestContext: { condition: "RetriesExhausted" },
        requestPayload: { Records: [{ Sns: { Message: JSON.stringify(event) } }, {}] },
        responsePayload: { errorType, errorMessage: "why" },
      });
    const told = async (errorType: string) => (await routed(1, [failure(errorType)])).failures;
    expect(await told("Sandbox.Timedout")).toEqual([expect.stringMatching(/^timeout: .*why$/)]);
    expect(await told("Runtime.OutOfMemory")).toEqual([expect.stringMatching(/^memory: /)]);
    expect(await told("Runtime.ExitError")).toEqual([expect.stringMatching(/^exit: /)]);
  });
});

it("frames that are not looked for are taken when they are found all the same", async () => {
  const over = new AbortController();
  const taken: Frame[] = [];
  let receives = 0;
  let found: (bodies: string[]) => void = () => undefined;
  const receive = () => {
    receives++;
    return new Promise<string[]>((resolve) => (found = resolve));
  };
  const router = new ReplyRouter({ receive }, {} as BlobStore);
  const invocation = {
    request,
    signal: over.signal,
    receive: (frame: Frame) => void taken.push(frame),
    fail: () => over.abort(),
  } as unknown as Invocation;
  const queued = new QueuedFrames(router, invocation);
  queued.pause();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(receives).toBe(0);
  const other = { ...invocation, request: { ...request, call: "b" } } as Invocation;
  router.expect(other);
  await until(() => receives === 1);
  found([message(item(0))]);
  await until(() => taken.length === 1);
  queued.close();
  over.abort();
  found([]);
  await router.close();
});

it("a copy is known as such after its attempt has begun to look for frames, too", async () => {
  const frames: Frame[] = [];
  const failures: string[] = [];
  const over = new AbortController();
  const invocation = {
    request,
    signal: over.signal,
    receive: (frame: Frame) => void frames.push(frame),
    fail: (_code: string, reason: string) => void failures.push(reason),
  } as unknown as Invocation;
  let stored = true;
  const get = async () => {
    if (!stored) throw new Error("no such object");
    stored = false;
    return new Uint8Array(1);
  };
  let found: (bodies: string[]) => void = () => undefined;
  const receive = () => new Promise<string[]>((resolve) => (found = resolve));
  const router = new ReplyRouter({ receive }, { get } as unknown as BlobStore);
  const queued = new QueuedFrames(router, invocation);
  queued.expect();
  const body = message(item(0, { blob: "large", bytes: 1 }));
  await Promise.resolve();
  found([body]);
  await until(() => frames.length === 1);
  queued.pause();
  queued.expect();
  found([body, message(item(1))]);
  await until(() => frames.length + failures.length > 1);
  expect(failures).toEqual([]);
  over.abort();
  found([]);
  await router.close();
});
