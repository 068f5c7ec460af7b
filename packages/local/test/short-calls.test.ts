import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaastTimeoutError, FaastWorkerExitError } from "@faast/core";
import { faastLocal, type LocalFaastModule, type LocalOptions } from "@faast/local";
import type * as funcs from "./fixtures/short-calls.ts";

const url = new URL("./fixtures/short-calls.ts", import.meta.url);

const modules: LocalFaastModule<typeof funcs>[] = [];
afterEach(() => Promise.all(modules.splice(0).map((m) => m.cleanup())));

async function start(options: LocalOptions): Promise<LocalFaastModule<typeof funcs>> {
  const m = await faastLocal<typeof funcs>(url, { maxRetries: 0, ...options });
  modules.push(m);
  return m;
}

/** Until calls are known to be over at once, and are sent ahead. */
async function warm(call: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 4; round++)
    await Promise.all(Array.from({ length: 100 }, () => call()));
}

describe.each(["process", "thread"] as const)("short calls in a %s", (isolation) => {
  it("are not held up by one that is not", async () => {
    const m = await start({ isolation, concurrency: 2, timeout: 10 });
    await warm(() => m.functions.hang(false));
    const stuck = m.functions.hang(true).catch((error: unknown) => error);
    let done = false;
    void stuck.then(() => (done = true));
    const others = await Promise.all(Array.from({ length: 200 }, () => m.functions.hang(false)));
    expect(new Set(others)).toEqual(new Set(["back"]));
    expect(done).toBe(false);
    expect(await stuck).toBeInstanceOf(FaastTimeoutError);
  }, 60_000);

  it("are not touched by one that ends its worker", async () => {
    const m = await start({ isolation, concurrency: 2 });
    await warm(() => m.functions.exit(false));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, (_, i) => m.functions.exit(i % 100 === 50)),
    );
    const failed = outcomes.flatMap((each, i) => (each.status === "rejected" ? [i] : []));
    expect(failed).toEqual([50, 150, 250]);
    for (const i of failed)
      expect((outcomes[i] as PromiseRejectedResult).reason).toBeInstanceOf(FaastWorkerExitError);
  }, 60_000);

  it.each([1, 2, 3, 4, 5, 6])(
    "run once each, whatever runs before them %d",
    async () => {
      const m = await start({ isolation, concurrency: 4 });
      const directory = await mkdtemp(join(tmpdir(), "short-calls-"));
      try {
        const file = join(directory, "lines");
        const n = 3000;
        const calls = Array.from({ length: n }, (_, i) => {
          // Most are short; some take about as long as the others may wait.
          const ms = i > 500 && i % 37 === 0 ? 1 + (i % 9) : 0;
          const fn = i % 5 === 0 ? m.functions.markThenWait : m.functions.mark;
          return ms === 0 ? m.functions.mark(file, i, 0) : fn(file, i, ms);
        });
        expect(await Promise.all(calls)).toEqual(Array.from({ length: n }, (_, i) => i));
        const lines = (await readFile(file, "utf8")).trim().split("\n").map(Number);
        expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    60_000,
  );

  it("run once each behind a large result", async () => {
    const m = await start({ isolation, concurrency: 2 });
    const directory = await mkdtemp(join(tmpdir(), "short-calls-"));
    try {
      const file = join(directory, "lines");
      await warm(() => m.functions.noop(1));
      await warm(() => m.functions.mark(join(directory, "others"), 0, 0));
      for (let i = 0; i < 60; i += 3) {
        const given = [m.functions.large(8 << 20), m.functions.large(8 << 20)];
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (let each = i; each < i + 3; each++)
          void m.functions.mark(file, each, 0).catch(() => undefined);
        await Promise.all(given);
      }
      await m.functions.mark(file, 60, 0);
      const lines = (await readFile(file, "utf8")).trim().split("\n").map(Number);
      expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 61 }, (_, i) => i));
    } finally {
      await rm(directory, { recursive: true });
    }
  }, 60_000);

  it("see no context of one another", async () => {
    const m = await start({ isolation, concurrency: 2 });
    await warm(() => m.functions.enter("warm"));
    const seen = await Promise.all(Array.from({ length: 500 }, () => m.functions.enter("other")));
    expect(new Set(seen)).toEqual(new Set([undefined]));
  }, 60_000);

  it("do not keep cleanup() waiting", async () => {
    const m = await start({ isolation, concurrency: 4 });
    await warm(() => m.functions.noop(1));
    const given = Promise.allSettled(Array.from({ length: 200 }, () => m.functions.noop(1)));
    await m.cleanup();
    for (const each of await given)
      if (each.status === "rejected")
        expect(each.reason).toMatchObject({ code: "FAAST_CANCELLED" });
  }, 30_000);

  it("may be cancelled without harm to the others", async () => {
    const m = await start({ isolation, concurrency: 2 });
    await warm(() => m.functions.noop(1));
    const abort = new AbortController();
    const view = m.with({ signal: abort.signal });
    const given = Array.from({ length: 100 }, (_, i) =>
      i % 3 === 0 ? view.functions.noop(i) : m.functions.noop(i),
    );
    const outcomes = Promise.allSettled(given);
    abort.abort();
    for (const [i, each] of (await outcomes).entries())
      if (i % 3 !== 0) expect(each).toEqual({ status: "fulfilled", value: i });
    expect(await m.functions.noop("after")).toBe("after");
  }, 60_000);
});

it("short calls need no more processes than there are cores, however many are under way", async () => {
  const m = await start({ concurrency: 64 });
  await warm(() => m.functions.noop(1));
  const pids = new Set<string>();
  for (let round = 0; round < 5; round++)
    for (const pid of await Promise.all(Array.from({ length: 128 }, () => m.functions.identity())))
      pids.add(pid);
  expect(pids.size).toBeLessThan(64);
}, 60_000);
