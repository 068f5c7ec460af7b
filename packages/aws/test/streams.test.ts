import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaastTimeoutError, FaastWorkerExitError } from "@faast/core";
import { faastAws, type AwsFaastModule } from "@faast/aws";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft, resourcesOf } from "./leftovers.ts";
import { caught, modes, until } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

async function collect<T>(stream: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const each of stream) into.push(each);
  return into;
}

describe.each(modes)("streams in %s", (_name, options) => {
  const WINDOW = 8;
  let m: AwsFaastModule<typeof funcs>;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aws-streams-"));
    m = await faastAws(funcs, {
      ...options,
      maxRetries: 0,
      concurrency: 4,
      streamWindow: WINDOW,
    });
  });
  afterAll(async () => {
    await m.cleanup();
    rmSync(folder, { recursive: true });
    await expectNothingLeft(emulator);
  });
  // The emulator's functions run on this machine, so that they can leave traces in files.
  const trace = (file: string) => readFileSync(file, "utf8").split("\n").slice(0, -1);

  it("take values, errors and returns, and give return values", async () => {
    const talk = m.functions.talk();
    expect(await talk.next("ignored")).toEqual({ value: "heard nothing", done: false });
    expect(await talk.next("one")).toEqual({ value: "heard one", done: false });
    expect(await talk.throw(new Error("two"))).toEqual({ value: "heard error two", done: false });
    expect(await talk.next("bye")).toEqual({ value: "over", done: true });
    expect(await talk.next("late")).toEqual({ value: undefined, done: true });

    const numbers = m.functions.numbers(10);
    expect(await numbers.next()).toEqual({ value: 1, done: false });
    expect(await numbers.return("enough")).toEqual({ value: "enough", done: true });
  });

  it("deliver all items, in order, and the error that comes after them", async () => {
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    expect(await collect(m.functions.numbers(40))).toEqual(numbers.map((i) => i + 1));
    const items: number[] = [];
    const error = await caught(collect(m.functions.failAfter(10), items));
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toBe("after the items");
    expect(items).toEqual(numbers.slice(0, 10));
  });

  it("do not run ahead of a slow reader, and run `finally` when it breaks off", async () => {
    const file = join(folder, "slow");
    let taken = 0;
    for await (const item of m.functions.numbers(10_000, file)) {
      taken++;
      if (item < 3) continue;
      // What has been granted is produced; a producer without bounds would be through by now.
      await until(() => trace(file).length >= WINDOW / 2);
      await new Promise((resolve) => setTimeout(resolve, 500));
      break;
    }
    expect(taken).toBe(3);
    const lines = trace(file);
    expect(lines.at(-1)).toBe("finally");
    expect(lines.length).toBeLessThanOrEqual(taken + 2 * WINDOW);
  });

  it("carry items that are too large for a message", async () => {
    const sizes: number[] = [];
    for await (const chunk of m.functions.chunks(3, 2 << 20)) {
      expect(chunk.every((byte) => byte === sizes.length)).toBe(true);
      sizes.push(chunk.byteLength);
    }
    expect(sizes).toEqual(Array(3).fill(2 << 20));
  });

  it("may come from a function that is not declared as a generator", async () => {
    // The first call finds out; the second is known to be a stream.
    for (const count of [1, 3]) {
      const stream = (await m.functions.hiddenStream(count)) as unknown;
      expect(await collect(stream as AsyncIterable<number>)).toHaveLength(count);
    }
    expect(await collect(await m.functions.promisedStream(2))).toEqual([0, 1]);
  });

  it("carry the details of their execution", async () => {
    for await (const item of m.functionsDetail.numbers(2)) {
      expect(item).toMatchObject({
        logUrl: expect.stringContaining("/log-events/"),
        executionId: expect.any(String),
        instanceId: expect.any(String),
      });
    }
  });

  it("deliver what was yielded before a time-out, or before their process ends", async () => {
    const items: number[] = [];
    const late = m.with({ timeout: 2 }).functions.spinAfter(3);
    expect(await caught(collect(late, items))).toBeInstanceOf(FaastTimeoutError);
    expect(items).toEqual([0, 1, 2]);
    items.length = 0;
    const exit = await caught(collect(m.functions.exitAfter(3), items));
    expect(exit).toBeInstanceOf(FaastWorkerExitError);
    expect(items).toEqual([0, 1, 2]);
  });

  it("use few control queues, one after the other", async () => {
    for (let round = 0; round < 3; round++) {
      const streams = [1, 2, 3, 4].map((n) => collect(m.functions.numbers(n)));
      expect((await Promise.all(streams)).map((each) => each.length)).toEqual([1, 2, 3, 4]);
    }
    const queues = (await resourcesOf(emulator)).filter((each) => each.includes("-control-"));
    expect(queues.length).toBeGreaterThan(0);
    expect(queues.length).toBeLessThanOrEqual(m.options.concurrency);
    const abandoned = m.costSnapshot().find("abandonedInvocations");
    expect(abandoned?.measured).toBe(0);
  });
});
