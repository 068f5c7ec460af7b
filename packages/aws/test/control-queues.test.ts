import type { ControlMessage } from "@faast/core/provider";
import type { ControlEnvelope } from "../dist/control-message.js";
import { ControlQueues } from "../dist/control-queues.js";
import { caught } from "./modes.ts";

/** Control queues of a service that notes what is asked of it. */
function noted({ most = 0, grace = 20, inlineLimit = 10_000 } = {}) {
  const made: string[] = [];
  const removed: string[] = [];
  const sent: ControlEnvelope[] = [];
  const stored: number[] = [];
  const put = (bytes: Uint8Array) => Promise.resolve(String(stored.push(bytes.byteLength)));
  const blobs = { put, get: () => Promise.reject(new Error("unused")) };
  const queues = new ControlQueues(
    {
      create: (name) => {
        made.push(name);
        return Promise.resolve({ name, url: `url of ${name}`, route: { inlineLimit, blobs } });
      },
      remove: (name) => {
        removed.push(name);
        return Promise.resolve();
      },
      send: (_url, body) => {
        sent.push(JSON.parse(body) as ControlEnvelope);
        return Promise.resolve();
      },
    },
    { most, grace },
  );
  const failures: string[] = [];
  const acquire = () => queues.acquire((reason) => failures.push(reason));
  return { queues, acquire, made, removed, sent, stored, failures };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const step = (sequence: number, bytes: number): ControlMessage => ({
  type: "next",
  call: "a",
  attempt: 0,
  sequence,
  after: 0,
  value: new Uint8Array(bytes),
});

describe("control queues", () => {
  it("are used again, and are as many as streams at the same time", async () => {
    const { acquire, made } = noted();
    const [first] = await Promise.all([acquire(), acquire()]);
    first?.release();
    first?.release();
    first?.abandon();
    expect((await acquire()).url).toBe("url of control-0");
    await acquire();
    expect(made).toEqual(["control-0", "control-1", "control-2"]);
  });

  it("are never more than their limit: the next stream waits until one is let go", async () => {
    const { acquire, made } = noted({ most: 1 });
    const first = await acquire();
    const order: string[] = [];
    const second = acquire().then((queue) => {
      order.push("acquired");
      return queue;
    });
    await pause(5);
    order.push("released");
    first.release();
    expect((await second).url).toBe(first.url);
    expect(order).toEqual(["released", "acquired"]);
    expect(made).toHaveLength(1);
  });

  it("are removed when the function does not let go of them, and make room for another", async () => {
    const { acquire, made, removed } = noted({ most: 1 });
    const first = await acquire();
    first.abandon();
    const second = await acquire();
    expect(removed).toEqual(["control-0"]);
    expect(made).toEqual(["control-0", "control-1"]);
    first.release(); // too late: it is gone
    second.release();
    expect((await acquire()).url).toBe("url of control-1");
  });

  it("stay when the function lets go of them in time", async () => {
    const { acquire, removed } = noted();
    const first = await acquire();
    first.abandon();
    first.release();
    await pause(40);
    expect(removed).toEqual([]);
    expect((await acquire()).url).toBe(first.url);
  });

  it("are not made after the end, and nobody waits for one", async () => {
    const { acquire, made, queues } = noted({ most: 1 });
    await acquire();
    const waiting = caught(acquire());
    await queues.close();
    expect(await waiting).toMatchObject({ code: "FAAST_CANCELLED" });
    expect(await caught(acquire())).toMatchObject({ code: "FAAST_CANCELLED" });
    expect(made).toHaveLength(1);
  });

  it("carry in one message what fits, and what is too large by way of the blob store", async () => {
    const { acquire, failures, sent, stored } = noted({ inlineLimit: 10_000 });
    const queue = await acquire();
    const sizes = [10, 6_000, 6_000, 50_000, 20, 10_000];
    for (const [sequence, bytes] of sizes.entries()) queue.send(step(sequence, bytes));
    await queue.flush();
    const sequences = sent.map(({ messages }) => messages.map(({ sequence }) => sequence));
    expect(sequences.flat()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const envelope of sent) expect(JSON.stringify(envelope).length).toBeLessThan(16_000);
    expect(sent.length).toBeLessThan(sizes.length);
    expect(stored).toEqual([50_000]);
    expect(failures).toEqual([]);
  });
});
