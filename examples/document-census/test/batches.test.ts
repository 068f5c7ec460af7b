import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { divide, readBatch } from "../dist/batches.js";
import { forEachInFlight } from "../dist/in-flight.js";
import { walk, type ReadFailure } from "../dist/walk.js";

describe("batches", () => {
  const sized = (...sizes: number[]) =>
    sizes.map((bytes, index) => ({ path: `file-${index}`, bytes }));
  const sizesOf = (sizes: number[], maxFiles = 100) =>
    divide(sized(...sizes), { maxBytes: 10, maxFiles }).map(({ files }) =>
      files.map(({ bytes }) => bytes),
    );

  test("are bounded by bytes, but for a file that is larger", () => {
    expect(sizesOf([4, 6, 1, 30, 2, 9])).toEqual([[4, 6], [1], [30], [2], [9]]);
  });

  test("are bounded by files, empty ones as well", () => {
    expect(sizesOf([0, 0, 0, 0, 0], 2)).toEqual([[0, 0], [0, 0], [0]]);
    expect(sizesOf([])).toEqual([]);
  });
});

describe("the files of a folder", () => {
  let folder: string;
  const options = { maxBytes: 100, signal: new AbortController().signal };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "census-"));
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "inner", "a"), "12345");
    writeFileSync(join(folder, "b"), "");
    writeFileSync(join(folder, "large"), "x".repeat(101));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("are listed in order, without links and without those too large", async () => {
    symlinkSync(join(folder, "inner"), join(folder, "symbolic"));
    symlinkSync(join(folder, "b"), join(folder, "symbolic-file"));
    linkSync(join(folder, "inner", "a"), join(folder, "inner", "second-name"));
    const listing = await walk(folder, options);
    expect(listing.files).toEqual([
      { path: "b", bytes: 0 },
      { path: "inner/a", bytes: 5 },
    ]);
    expect(listing.tooLarge).toEqual([{ path: "large", bytes: 101 }]);
    expect(listing.hardLinks).toBe(1);
    expect(listing.unreadable).toEqual([]);
  });

  test("that cannot be read are reported, and the others are read", async () => {
    const { files } = await walk(folder, options);
    rmSync(join(folder, "b"));
    const failures: ReadFailure[] = [];
    const read = await readBatch(folder, { files, bytes: 5 }, failures);
    expect(read.map(({ path }) => path)).toEqual(["inner/a"]);
    expect(failures).toEqual([{ path: "b", reason: "ENOENT" }]);
  });

  test("are no longer listed when the work is given up", async () => {
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(walk(folder, { ...options, signal })).rejects.toThrow("given up");
  });
});

describe("work in flight", () => {
  test("is never more than the limit, and all of it is done", async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    await forEachInFlight([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("is not begun after a failure", async () => {
    const begun: number[] = [];
    const work = forEachInFlight([1, 2, 3, 4, 5, 6, 7], 2, async (item) => {
      begun.push(item);
      await new Promise((resolve) => setImmediate(resolve));
      if (item === 2) throw new Error("of the second");
    });
    await expect(work).rejects.toThrow("of the second");
    expect(begun.length).toBeLessThan(5);
  });
});
