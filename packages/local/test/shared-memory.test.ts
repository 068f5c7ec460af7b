import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { FaastOptionsError, FaastSerializationError, FaastWorkerExitError } from "@faast/core";
import { faastLocal, type LocalOptions } from "@faast/local";
import * as sharing from "./fixtures/sharing.ts";

const start = (options: LocalOptions) => faastLocal(sharing, { concurrency: 2, ...options });

describe.each<LocalOptions>([{ isolation: "thread" }, { isolation: "inline" }])(
  "memory shared with functions (%j)",
  (options) => {
    let m: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      m = await start(options);
    });
    afterAll(() => m.cleanup());

    it("is the same memory on both sides, in all workers at once", async () => {
      const counter = new Int32Array(new SharedArrayBuffer(8), 4);
      await Promise.all([m.functions.add(counter, 5000), m.functions.add(counter, 5000)]);
      expect(counter[0]).toBe(10_000);
    });

    it("carries what the caller does while the function runs", async () => {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const seen = m.functions.waitFor(flag);
      await m.functions.echo("meanwhile");
      Atomics.store(flag, 0, 1);
      expect(await seen).toBe("seen");
    });

    it("may come from the function", async () => {
      const shared = await m.functions.share(16);
      expect(Object.prototype.toString.call(shared)).toBe("[object SharedArrayBuffer]");
      await m.functions.fill(new Uint8Array(shared, 8), 9);
      expect([...new Uint8Array(shared)]).toEqual([...Array(8).fill(7), ...Array(8).fill(9)]);
    });

    it("arrives as one buffer, however many views there are of it", async () => {
      const whole = new SharedArrayBuffer(64);
      for (const part of [new Float64Array(whole, 16, 2), new DataView(whole, 3, 5)])
        expect(await m.functions.describe({ whole, part })).toEqual({
          same: true,
          offset: part.byteOffset,
          length: part.byteLength,
          kind: part.constructor.name,
        });
      const buffer = Buffer.from(whole, 1, 4);
      const [again, same] = (await m.functions.echo([
        buffer,
        buffer,
        new Map([["it", whole]]),
      ])) as Buffer[];
      expect(Buffer.isBuffer(again)).toBe(true);
      expect(again).toBe(same);
      again![0] = 42;
      expect(new Uint8Array(whole)[1]).toBe(42);
    });

    it("goes along with the items of a stream", async () => {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const items: unknown[] = [];
      for await (const item of m.functions.marks(flag)) items.push(item);
      expect(items).toHaveLength(3);
      expect(flag[0]).toBe(3);
      Atomics.store(flag, 0, 17);
      expect((items[0] as Int32Array)[0]).toBe(17);
    });

    it("lets ports through, both ways, and to a generator", async () => {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", (message) => port1.postMessage(`"${message}"`));
      expect(await m.functions.converse(port2)).toBe('heard "from the function"');
      const port = await m.functions.openPort();
      const answer = once(port as unknown as NodeJS.EventEmitter, "message");
      port.postMessage("there and");
      expect(await answer).toEqual(["there and back"]);
      port.close();
      const stream = m.functions.collectPorts();
      await stream.next();
      const second = new MessageChannel();
      second.port1.postMessage("to a generator");
      expect((await stream.next(second.port2)).value).toBe("to a generator");
      await stream.return();
    });

    it("moves the buffers that are named in `transfer`, and copies others", async () => {
      const [moved, copied] = [new Uint8Array(4096).fill(5), new Uint8Array(4096).fill(6)];
      const { functions } = m.with({ transfer: [moved.buffer] });
      expect(await functions.firstByte(moved)).toBe(5);
      expect(moved.byteLength).toBe(0);
      expect(await functions.firstByte(copied)).toBe(6);
      expect(copied.byteLength).toBe(4096);
      const refusal = functions.firstByte(moved);
      await expect(refusal).rejects.toThrow(FaastSerializationError);
      await expect(refusal).rejects.toThrow(/args\[0\].*detached/);
    });

    it("moves nothing if another argument cannot travel", async () => {
      const bytes = new Uint8Array(8);
      const { functions } = m.with({ transfer: [bytes.buffer] });
      const arg = { bytes, save: () => undefined };
      await expect(functions.echo(arg)).rejects.toThrow(/args\[0\]\.save/);
      expect(bytes.byteLength).toBe(8);
    });

    it("refuses a port that is gone already", async () => {
      const { port1, port2 } = new MessageChannel();
      const [port] = (await m.functions.echo([port2])) as MessagePort[];
      port!.close();
      await expect(m.functions.converse(port2)).rejects.toThrow(FaastSerializationError);
      port1.close();
    });

    it("is refused where a view is named in the place of its buffer", () => {
      const bytes = new Uint8Array(8);
      const transfer = [new ArrayBuffer(1), bytes as unknown as ArrayBuffer];
      expect(() => m.with({ transfer })).toThrow(
        /"transfer".*not of views.*: \[1\] is an object\.$/,
      );
    });
  },
);

describe("a call that has moved a buffer", () => {
  it("is not tried again", async () => {
    await using m = await start({ isolation: "thread", maxRetries: 2 });
    const bytes = new Uint8Array(8);
    const { functions } = m.with({ transfer: [bytes.buffer] });
    await expect(functions.exit(bytes)).rejects.toThrow(FaastWorkerExitError);
    expect(m.stats().retries).toBe(0);
    await expect(m.functions.exit(new Uint8Array(8))).rejects.toThrow(FaastWorkerExitError);
    expect(m.stats().retries).toBe(2);
  });
});

describe("functions in processes", () => {
  it("refuse shared memory, ports and `transfer`, and say where they would do", async () => {
    await using m = await start({});
    for (const value of [new SharedArrayBuffer(8), new Uint8Array(new SharedArrayBuffer(8))])
      await expect(m.functions.echo({ value })).rejects.toThrow(
        /args\[0\]\.value.*shared memory.*isolation: "thread"/,
      );
    const { port1, port2 } = new MessageChannel();
    await expect(m.functions.echo([port2])).rejects.toThrow(/MessagePort.*isolation: "thread"/);
    await expect(m.functions.share(8)).rejects.toThrow(/shared memory.*isolation: "thread"/);
    port1.close();
    expect(() => m.with({ transfer: [new ArrayBuffer(8)] })).toThrow(FaastOptionsError);
    expect(() => m.with({ transfer: [new ArrayBuffer(8)] })).toThrow(/isolation: "thread"/);
  });
});
