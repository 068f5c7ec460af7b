import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

interface Report {
  calls: number;
  settled: number;
  wrong: string[];
  unhandled: string[];
  stats: { invocations: number; completed: number; errors: number };
  children: [boolean, number];
  held: string[];
  cleanedAt: number;
}

/** Runs the program of mixed calls with a temporary directory of its own. */
async function runMixedCalls(directory: string, isolation: string) {
  const program = fileURLToPath(new URL("./fixtures/mixed-calls.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, isolation], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: directory },
  });
  const ended = new Promise<number>((resolve) => child.once("exit", () => resolve(Date.now())));
  const report = JSON.parse(await text(child.stdout)) as Report;
  return { report, endedAt: await ended, code: child.exitCode };
}

describe.each(["process", "thread"])(
  "a thousand calls of every kind and fate (%s)",
  (isolation) => {
    it("settle as they should, and leave no handle, no child and no file", async () => {
      const directory = await mkdtemp(join(tmpdir(), "mixed-"));
      try {
        const { report, endedAt, code } = await runMixedCalls(directory, isolation);
        expect(report).toMatchObject({ wrong: [], unhandled: [], held: [], children: [true, 0] });
        expect(report.calls).toBeGreaterThanOrEqual(1000);
        expect(report.settled).toBe(report.calls);
        // Streams that were never iterated, and arguments that were refused, were no calls.
        const { invocations, completed, errors } = report.stats;
        expect(invocations).toBe(report.calls - 60 - 30);
        // What was broken off is neither.
        expect(completed + errors).toBeLessThanOrEqual(invocations);
        expect(code).toBe(0);
        expect(endedAt - report.cleanedAt).toBeLessThan(1000);
        expect(await readdir(directory)).toEqual([]);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  },
);
