import type { BlobStore, Frame, Invocation } from "@faast/core/provider";
import { onAbort } from "../dist/infra/abort-listeners.js";
import { MessageDeletions } from "../dist/message-deletions.js";
import { ReplyRouter } from "../dist/reply-queue.js";
import { until } from "./modes.ts";

/** Milliseconds that stand for a second of a wait. */
const SECOND = 10;

/** A queue as SQS would have it, and how it is waited for. */
class FalseQueue {
  listening = 0;
  peak = 0;
  receipts = 0;
  readonly waits: number[] = [];
  private readonly messages: string[] = [];
  private readonly waiters: (() => void)[] = [];

  send(body: string): void {
    this.messages.push(body);
    this.waiters.shift()?.();
  }

  async receive(signal: AbortSignal, seconds: number): Promise<readonly string[]> {
    this.peak = Math.max(this.peak, ++this.listening);
    this.receipts++;
    this.waits.push(seconds);
    // A request takes a while, whatever it gives.
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.messages.length === 0)
      await new Promise<void>((resolve) => {
        this.waiters.push(resolve);
        setTimeout(resolve, seconds * SECOND);
        onAbort(signal, resolve);
      });
    this.listening--;
    return this.messages.splice(0, 10);
  }
}

const noBlobs = {} as BlobStore;

/** A router, and calls that wait for a result by it. */
function routing(blobs: BlobStore = noBlobs) {
  const queue = new FalseQueue();
  const router = new ReplyRouter(queue, blobs);
  const results = new Set<string>();
  const expect = (call: string) => {
    const over = new AbortController();
    const request = { call, attempt: 0 } as Invocation["request"];
    const forget = router.expect({
      request,
      signal: over.signal,
      get over() {
        return over.signal.aborted;
      },
      receive: (frame: Frame) => {
        results.add(frame.call);
        over.abort();
        forget();
      },
      fail: () => undefined,
      defer: () => false,
      onControl: () => undefined,
    });
  };
  return { queue, router, results, expect };
}

const resultOf = (call: string, value: object = { base64: "AA==" }) =>
  JSON.stringify({
    faast: 1,
    frames: [
      {
        type: "result",
        call,
        attempt: 0,
        sequence: 0,
        item: 0,
        value,
        timing: { startedAt: 0, executionTime: 0 },
      },
    ],
  });
const names = (count: number) => Array.from({ length: count }, (_, i) => `call ${i}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the waiting for replies", () => {
  it("is one poller's where few calls are under way, and over with the last of them", async () => {
    const { queue, router, results, expect: await_ } = routing();
    for (const name of names(20)) await_(name);
    for (const name of names(20)) {
      queue.send(resultOf(name));
      await pause(2);
    }
    await until(() => results.size === 20);
    await pause(20);
    expect(queue).toMatchObject({ peak: 1, listening: 0 });
    expect(new Set(queue.waits)).toEqual(new Set([20]));
    await router.close();
  });

  it("is one poller's as long as nothing comes, for however many calls", async () => {
    const { queue, router, expect: await_ } = routing();
    for (const name of names(1000)) await_(name);
    await pause(50);
    expect(queue.peak).toBe(1);
    await router.close();
  });

  it("is shared by more as they are needed, up to a bound, and by fewer again", async () => {
    const { queue, router, results, expect: await_ } = routing();
    const calls = names(1000);
    for (const name of calls) await_(name);
    for (const name of calls.slice(0, 990)) queue.send(resultOf(name));
    await until(() => results.size === 990);
    expect(queue.peak).toBe(16);
    // Those that wait for nothing leave, but for one.
    await until(() => queue.listening === 1);
    await until(() => queue.waits.at(-1) === 20);
    for (const name of calls.slice(990)) queue.send(resultOf(name));
    await until(() => results.size === 1000);
    await until(() => queue.listening === 0);
    const { receipts } = queue;
    await pause(5 * SECOND);
    expect(queue.receipts).toBe(receipts);
    // Whoever comes later is served, too.
    await_("late");
    queue.send(resultOf("late"));
    await until(() => results.has("late"));
    await router.close();
  });

  it("is shared where a few streams send much", async () => {
    const { queue, router, results, expect: await_ } = routing();
    await_("stream");
    for (let i = 0; i < 500; i++) queue.send(resultOf("of another"));
    await until(() => queue.peak > 4);
    expect(queue.peak).toBeLessThanOrEqual(16);
    queue.send(resultOf("stream"));
    await until(() => results.size === 1 && queue.listening === 0);
    await router.close();
  });

  it("is not shared for the sake of what is given up, or comes by another way", async () => {
    const { queue, router, results, expect: await_ } = routing();
    const bystander = (call: string): Invocation => ({
      request: { call, attempt: 0 } as Invocation["request"],
      signal: call.endsWith("1") ? AbortSignal.abort() : new AbortController().signal,
      over: false,
      receive: () => undefined,
      fail: () => undefined,
      defer: () => false,
      onControl: () => undefined,
    });
    for (const name of names(1000))
      router.expect(bystander(`other ${name}`), undefined, !name.endsWith("1"));
    await_("first");
    await_("second");
    queue.send(resultOf("first"));
    await until(() => results.has("first"));
    await pause(20);
    expect(queue.peak).toBe(1);
    queue.send(resultOf("second"));
    await until(() => results.has("second"));
    await router.close();
  });

  it("does not stop for a result that has yet to be fetched", async () => {
    let fetched!: (bytes: Uint8Array) => void;
    const get = () => new Promise<Uint8Array>((resolve) => (fetched = resolve));
    const { queue, router, results, expect: await_ } = routing({ get } as unknown as BlobStore);
    await_("large");
    await_("small");
    queue.send(resultOf("large", { blob: "name", bytes: 1 }));
    await until(() => fetched !== undefined);
    queue.send(resultOf("small"));
    await until(() => results.has("small"));
    // The large one is here already: nothing more is waited for.
    await until(() => queue.listening === 0);
    expect(results.has("large")).toBe(false);
    fetched(new Uint8Array(1));
    await until(() => results.has("large"));
    await router.close();
  });

  it("goes on for what the last frame has overtaken, however long that took to fetch", async () => {
    let fetched!: (bytes: Uint8Array) => void;
    const get = () => new Promise<Uint8Array>((resolve) => (fetched = resolve));
    const { queue, router, expect: await_ } = routing({ get } as unknown as BlobStore);
    const sequences: number[] = [];
    const over = new AbortController();
    router.expect({
      request: { call: "stream", attempt: 0 } as Invocation["request"],
      signal: over.signal,
      over: false,
      receive: ({ sequence }) => void sequences.push(sequence),
      fail: () => undefined,
      defer: () => false,
      onControl: () => undefined,
    });
    await_("small");
    queue.send(resultOf("stream", { blob: "name", bytes: 1 }));
    await until(() => fetched !== undefined);
    queue.send(resultOf("small"));
    await until(() => queue.listening === 0);
    fetched(new Uint8Array(1));
    await until(() => queue.listening === 1);
    expect(sequences).toEqual([0]);
    over.abort();
    await router.close();
  });
});

it("messages are deleted ten at a time, and those that are left soon after", async () => {
  const batches: (readonly string[])[] = [];
  const deletions = new MessageDeletions(async (handles) => void batches.push(handles));
  const handles = names(23);
  for (const each of handles) deletions.add(each);
  expect(batches.map(({ length }) => length)).toEqual([10, 10]);
  await until(() => batches.length === 3);
  expect(batches.flat()).toEqual(handles);
});
