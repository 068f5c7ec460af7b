import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { faastLocal } from "@faast/local";
import * as hungry from "./fixtures/hungry.ts";

/** Where a thread's heap can be looked at from outside (docs/limits.md). */
const isTold = "getHeapStatistics" in Worker.prototype;

/** In a program of its own: it may not survive. */
async function starve(memorySize: number, ways: readonly string[]) {
  const program = fileURLToPath(new URL("./fixtures/hungry-program.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, String(memorySize), ...ways],
    { timeout: 100_000 },
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("threads that exhaust their heap", () => {
  it.each([48, 192])(
    "end alone and are told as such, in whatever way they do (%d MB)",
    async (memorySize) => {
      const ways = Object.keys(isTold ? { ...hungry.ways, ...hungry.strides } : hungry.ways);
      const ends = ways.map((way) => [way, "FAAST_OUT_OF_MEMORY", "hello next"]);
      // The last line: what the program holds at its end.
      expect(await starve(memorySize, ways)).toEqual([...ends, []]);
    },
    120_000,
  );

  it("are told from others beside them", async () => {
    await using m = await faastLocal(hungry, {
      isolation: "thread",
      memorySize: 64,
      concurrency: 3,
      maxRetries: 0,
    });
    // Threads that have ended, and others that run, so that no number is by chance the same.
    const starved = await Promise.allSettled([1, 2, 3].map(() => m.functions.starve("pausing")));
    const held = await Promise.allSettled([8, 300, 8].map((each) => m.functions.hold(each)));
    const ends = [...starved, ...held].map((each) =>
      each.status === "fulfilled" ? each.value : (each.reason as { code: string }).code,
    );
    const exhausted = "FAAST_OUT_OF_MEMORY";
    expect(ends).toEqual([exhausted, exhausted, exhausted, 8, exhausted, 8]);
  });

  it("are not those whose data fit, whatever garbage there is", async () => {
    await using m = await faastLocal(hungry, {
      isolation: "thread",
      memorySize: 256,
      maxRetries: 0,
    });
    expect(await m.functions.waste(200, 1000)).toBe(200);
    expect(await m.functions.waste(200, 1000)).toBe(200);
  });
});
