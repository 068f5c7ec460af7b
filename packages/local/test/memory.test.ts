import { FaastOutOfMemoryError } from "@faast/core";
import { faastLocal } from "@faast/local";
import * as funcs from "./fixtures/limits.ts";
import { isAlive } from "./processes.ts";

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error as Error,
  );

describe("memory of a worker process", () => {
  // The allowance for Node itself is 192 MB: these take twice the limit.
  it.each(["holdBuffers", "holdBuffersBusily"] as const)(
    "counts Buffers: a call that takes too many fails, with figures, and the worker ends (%s)",
    async (name) => {
      await using m = await faastLocal(funcs, { memorySize: 64, maxRetries: 0, concurrency: 1 });
      const pid = await m.functions.pid();
      const error = await caught(m.functions[name](1024));
      expect(error).toBeInstanceOf(FaastOutOfMemoryError);
      expect(error.message).toMatch(/took \d+ MB.* 256 MB .*"memorySize"/);
      expect(isAlive(pid)).toBe(false);
      expect(await m.functions.pid()).not.toBe(pid);
    },
  );

  it("is no concern where data fit, whatever garbage there is", async () => {
    await using m = await faastLocal(funcs, { memorySize: 256, maxRetries: 0 });
    expect(await m.functions.holdBuffers(224)).toBe(224);
    expect(await m.functions.wasteBuffers(8192)).toBe(8192 * 2 ** 20);
    await using heap = await faastLocal(funcs, { memorySize: 256, maxRetries: 0 });
    expect(await heap.functions.holdObjects(190)).toBe(190);
  });

  it("is limited by `childProcessMemoryMb` for the heap alone", async () => {
    await using m = await faastLocal(funcs, {
      memorySize: 512,
      childProcessMemoryMb: 48,
      maxRetries: 0,
    });
    expect(await m.functions.holdBuffers(256)).toBe(256);
    const error = await caught(m.functions.exhaustHeap());
    expect(error).toBeInstanceOf(FaastOutOfMemoryError);
    expect(error.message).toMatch(/48 MB of the option "childProcessMemoryMb"/);
  });

  it("fails the one call that takes too much, and none beside it", async () => {
    await using m = await faastLocal(funcs, { memorySize: 64, maxRetries: 0, concurrency: 2 });
    const [greedy, modest] = await Promise.allSettled([
      m.functions.holdBuffers(1024),
      m.functions.sleep(1500),
    ]);
    expect(greedy).toMatchObject({ status: "rejected", reason: { code: "FAAST_OUT_OF_MEMORY" } });
    expect(modest).toEqual({ status: "fulfilled", value: 1500 });
  });
});
