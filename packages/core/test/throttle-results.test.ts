import { randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FaastSerializationError, log, PersistentCache, throttle } from "@faast/core";

const caches: PersistentCache[] = [];
function newCache(expirationMs?: number): PersistentCache {
  const cache = new PersistentCache(`.faast-test-${randomUUID()}`, expirationMs);
  caches.push(cache);
  return cache;
}
afterEach(async () => {
  await Promise.all(caches.splice(0).map((each) => each.clear({ leaveEmptyDir: false })));
});

/** Groups of arguments: equal within a group, different between groups. */
const shared = { a: 1 };
const groups: [string, unknown[][]][] = [
  ["nothing", [[]]],
  ["undefined", [[undefined]]],
  ["null", [[null]]],
  ["zero", [[0]]],
  ["negative zero", [[-0]]],
  ["NaN", [[NaN], [0 / 0]]],
  ["a bigint", [[1n]]],
  ["one", [[1]]],
  ["a string of it", [["1"]]],
  ["two arguments", [[1, 2]]],
  ["one array of two", [[[1, 2]]]],
  ["an empty Map", [[new Map()], [new Map()]]],
  ["an empty Set", [[new Set()]]],
  ["an empty object", [[{}]]],
  ["an empty array", [[[]]]],
  ["a Map", [[new Map([["a", 1]])], [new Map([["a", 1]])]]],
  ["another Map", [[new Map([["a", 2]])]]],
  ["a Set", [[new Set(["a"])]]],
  ["properties in any order", [[{ a: 1, b: { c: 2, d: 3 } }], [{ b: { d: 3, c: 2 }, a: 1 }]]],
  ["other properties", [[{ a: 1, b: { c: 3, d: 2 } }]]],
  ["the same in a Map", [[new Map([[1, { x: 1, y: -0 }]])], [new Map([[1, { y: -0, x: 1 }]])]]],
  ["a property that is undefined", [[{ a: undefined }]]],
  [
    "a key __proto__",
    [[JSON.parse('{"__proto__":{"a":1}}')], [JSON.parse('{"__proto__":{"a":1}}')]],
  ],
  ["a date", [[new Date(5)], [new Date(5)]]],
  ["its number", [[5]]],
  ["bytes", [[Buffer.from("ab")], [Buffer.from("ab")]]],
  ["the same bytes as another type", [[new Uint8Array([97, 98])]]],
  ["one object twice", [[shared, shared]]],
  ["a regular expression", [[/a/g]]],
  ["another", [[/a/i]]],
];

describe("equal arguments of a memoized function", () => {
  it.each(groups)("share a run, and no others do: %s", async (name, lists) => {
    let runs = 0;
    const count = throttle({ concurrency: 1, memoize: true }, async (..._: unknown[]) => ++runs);
    const mine = await Promise.all(lists.map((args) => count(...args)));
    expect(new Set(mine)).toEqual(new Set([1]));
    for (const [other, [args = []]] of groups) {
      if (other !== name) expect(await count(...args)).not.toBe(1);
    }
    expect(runs).toBe(groups.length);
  });

  it("may have cycles", async () => {
    const cycle = () => {
      const value: Record<string, unknown> = { name: "round" };
      value.self = value;
      return value;
    };
    let runs = 0;
    const count = throttle({ concurrency: 1, memoize: true }, async (_: unknown) => ++runs);
    expect([await count(cycle()), await count(cycle())]).toEqual([1, 1]);
  });

  it("are left as they are", async () => {
    const keys = throttle({ concurrency: 1, memoize: true }, async (value: object) =>
      Object.keys(value),
    );
    const value = Object.freeze({ b: 1, a: 2 });
    await expect(keys(value)).resolves.toEqual(["b", "a"]);
  });
});

describe("throttle() with memoize", () => {
  it("shares a run that is under way", async () => {
    let runs = 0;
    const slow = throttle({ concurrency: 5, memoize: true }, async (n: number) => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return n;
    });
    await expect(Promise.all([slow(1), slow(1), slow(2)])).resolves.toEqual([1, 1, 2]);
    expect(runs).toBe(2);
  });

  it("forgets failures, which the calls that shared them share", async () => {
    let runs = 0;
    const flaky = throttle({ concurrency: 1, memoize: true }, async (_: string) => {
      if (runs++ === 0) throw new Error("first");
      return runs;
    });
    const both = await Promise.allSettled([flaky("a"), flaky("a")]);
    expect(both.map((each) => each.status)).toEqual(["rejected", "rejected"]);
    await expect(flaky("a")).resolves.toBe(2);
    await expect(flaky("a")).resolves.toBe(2);
  });

  it("rejects arguments that cannot be told apart, and says which", async () => {
    let runs = 0;
    const count = throttle({ concurrency: 1, memoize: true }, async function work(_: unknown) {
      return ++runs;
    });
    const call = count({ user: { save: () => 1 } });
    await expect(call).rejects.toThrow(FaastSerializationError);
    await expect(call).rejects.toThrow(/^work: .*args\[0\]\.user\.save: it is a function/);
    expect(runs).toBe(0);
  });
});

describe("throttle() with a cache", () => {
  it("does not run again for arguments that it has met, in this function or a later one", async () => {
    const cache = newCache();
    let runs = 0;
    const make = () =>
      throttle({ concurrency: 1, cache }, async function price(item: string, where: object) {
        runs++;
        return new Map([[item, { where, bytes: Buffer.from([1, 2]) }]]);
      });
    const first = await make()("apple", { city: "Bonn" });
    const again = await make()("apple", { city: "Bonn" });
    expect(runs).toBe(1);
    expect(again).toEqual(first);
    expect(Buffer.isBuffer(again.get("apple")?.bytes)).toBe(true);
    await make()("pear", { city: "Bonn" });
    expect(runs).toBe(2);
    await expect(cache.entries()).resolves.toHaveLength(2);
  });

  it.each([undefined, null, 0, "", NaN])("knows a result of %p from none", async (result) => {
    let runs = 0;
    const fn = throttle({ concurrency: 1, cache: newCache() }, async () => (runs++, result));
    await expect(fn()).resolves.toBe(result);
    await expect(fn()).resolves.toBe(result);
    expect(runs).toBe(1);
  });

  it("does not mix up functions of different names", async () => {
    const cache = newCache();
    const one = throttle({ concurrency: 1, cache }, async function one() {
      return 1;
    });
    const two = throttle({ concurrency: 1, cache }, async function two() {
      return 2;
    });
    expect([await one(), await two(), await one()]).toEqual([1, 2, 1]);
  });

  it("shares a run that is under way, without memoize", async () => {
    let runs = 0;
    const slow = throttle({ concurrency: 5, cache: newCache() }, async (n: number) => (runs++, n));
    await expect(Promise.all([slow(1), slow(1)])).resolves.toEqual([1, 1]);
    expect(runs).toBe(1);
  });

  it("works together with memoize", async () => {
    const cache = newCache();
    let runs = 0;
    const fn = throttle({ concurrency: 1, cache, memoize: true }, async (n: number) => (runs++, n));
    await fn(1);
    await cache.clear();
    await fn(1);
    expect(runs).toBe(1);
    await expect(cache.entries()).resolves.toEqual([]);
  });

  it("caches no failures", async () => {
    const cache = newCache();
    const failing = throttle({ concurrency: 1, cache }, async () => {
      throw new Error("no");
    });
    await expect(failing()).rejects.toThrow("no");
    await expect(cache.entries()).resolves.toEqual([]);
  });

  it("takes a file that it cannot decode for a missing one, and replaces it", async () => {
    const cache = newCache();
    let runs = 0;
    const fn = throttle({ concurrency: 1, cache }, async () => ++runs);
    await fn();
    for (const name of await readdir(cache.dir)) await writeFile(join(cache.dir, name), "garbage");
    await expect(fn()).resolves.toBe(2);
    await expect(fn()).resolves.toBe(2);
  });

  it("returns what it cannot cache, and warns once, without quoting it", async () => {
    const warnings: unknown[][] = [];
    const { log: write } = log.warn;
    log.warn.log = (...args) => void warnings.push(args);
    try {
      const fn = throttle({ concurrency: 1, cache: newCache() }, async function make() {
        return { secret: () => "yes" };
      });
      expect((await fn()).secret()).toBe("yes");
      expect((await fn()).secret()).toBe("yes");
    } finally {
      log.warn.log = write;
    }
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0]?.[0])).toContain("a result %s");
    expect(JSON.stringify(warnings)).not.toContain("secret");
  });

  it("runs where the cache is out of order", async () => {
    const { enabled } = log.warn;
    log.warn.enabled = false;
    try {
      const cache = {
        get: () => Promise.reject(new Error("disk")),
        set: () => Promise.reject(new Error("disk")),
      };
      const fn = throttle({ concurrency: 1, cache }, async (n: number) => n);
      await expect(fn(3)).resolves.toBe(3);
    } finally {
      log.warn.enabled = enabled;
    }
  });
});
