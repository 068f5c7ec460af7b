import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { FaastOptionsError, PersistentCache } from "@faast/core";

const root = `.faast-test-${randomUUID()}`;
let caches = 0;
const newDir = () => `${root}/${caches++}`;
const hash = (key: string) => createHash("sha256").update(key).digest("hex");

/** Makes a file look as if written so many milliseconds ago. */
async function age(file: string, ms: number) {
  const then = new Date(Date.now() - ms);
  await utimes(file, then, then);
}

afterAll(() => rm(join(homedir(), root), { recursive: true, force: true }));

describe("a PersistentCache", () => {
  it("has its directory below the home directory", () => {
    const dir = newDir();
    const cache = new PersistentCache(dir);
    expect(cache.dir).toBe(join(homedir(), dir));
    expect(cache.dirRelativeToHomeDir).toBe(dir);
    expect(cache.expirationMs).toBe(24 * 60 * 60 * 1000);
  });

  it.each([
    ["/tmp/cache", /is absolute/],
    ["../cache", /leaves it/],
    ["a/../../cache", /leaves it/],
    ["..", /leaves it/],
    ["", /is the home directory itself/],
    ["a/..", /is the home directory itself/],
    ["a\0b", /NUL/],
  ])("refuses the directory %j", (dir, reason) => {
    expect(() => new PersistentCache(dir)).toThrow(FaastOptionsError);
    expect(() => new PersistentCache(dir)).toThrow(reason);
  });

  it("takes a directory whose name only begins with dots", () => {
    expect(new PersistentCache("..cache").dir).toBe(join(homedir(), "..cache"));
  });

  it.each([-1, NaN, "5"])("refuses the expiration %p", (expiration) => {
    expect(() => new PersistentCache(newDir(), expiration as number)).toThrow(/expiration/);
  });

  it("leaves the disk alone until something is set", async () => {
    const cache = new PersistentCache(newDir());
    await expect(cache.get("missing")).resolves.toBeUndefined();
    await expect(cache.entries()).resolves.toEqual([]);
    await cache.clear();
    await expect(stat(cache.dir)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["a string", "grüße", Buffer.from("grüße")],
    ["an empty string", "", Buffer.alloc(0)],
    ["a Buffer", Buffer.from([0, 255, 10]), Buffer.from([0, 255, 10])],
    ["bytes", new Uint8Array([1, 2, 3]).subarray(1), Buffer.from([2, 3])],
  ])("gives %s back as a Buffer", async (_, value, expected) => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", value);
    const found = await cache.get("key");
    expect(Buffer.isBuffer(found)).toBe(true);
    expect(found).toEqual(expected);
  });

  it("refuses values and keys of other types", async () => {
    const cache = new PersistentCache(newDir());
    await expect(cache.set("key", { a: 1 } as unknown as string)).rejects.toThrow(TypeError);
    await expect(cache.set(5 as unknown as string, "")).rejects.toThrow(TypeError);
    await expect(cache.get(undefined as unknown as string)).rejects.toThrow(TypeError);
  });

  it("replaces values, and shares them with every cache of the directory", async () => {
    const dir = newDir();
    const cache = new PersistentCache(dir);
    await cache.set("key", "one");
    await cache.set("key", "two");
    await expect(new PersistentCache(dir).get("key")).resolves.toEqual(Buffer.from("two"));
  });

  it("names its files by the hash of the key", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("../../key with / everything", "value");
    await expect(cache.entries()).resolves.toEqual([hash("../../key with / everything")]);
    await expect(readdir(cache.dir)).resolves.toEqual([hash("../../key with / everything")]);
  });

  it("lets nobody else read", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", "value");
    const modes = [await stat(cache.dir), await stat(join(cache.dir, hash("key")))].map(
      ({ mode }) => mode & 0o777,
    );
    if (process.platform !== "win32") expect(modes).toEqual([0o700, 0o600]);
  });

  it("refuses an option of clear() that is misspelt", async () => {
    const clearing = new PersistentCache(".x").clear({ leaveEmptyDirs: false } as object);
    await expect(clearing).rejects.toThrow(/"leaveEmptyDirs".*Did you mean "leaveEmptyDir"/);
  });

  it("never shows half of a value, nor fails, however many write, read and clear", async () => {
    const dir = newDir();
    const values = ["a", "b"].map((each) => each.repeat(200_000));
    const writer = async (value: string) => {
      for (let i = 0; i < 30; i++) await new PersistentCache(dir).set("key", value);
    };
    const reader = async () => {
      for (let i = 0; i < 60; i++) {
        const found = await new PersistentCache(dir).get("key");
        if (found !== undefined) expect(values).toContain(found.toString());
      }
    };
    const clearer = async () => {
      for (let i = 0; i < 20; i++) {
        await new PersistentCache(dir).clear({ leaveEmptyDir: i % 2 === 0 });
        await new PersistentCache(dir).entries();
      }
    };
    await Promise.all([...values.map(writer), reader(), reader(), clearer()]);
    await new PersistentCache(dir).set("key", "last");
    await expect(readdir(join(homedir(), dir))).resolves.toEqual([hash("key")]);
  });

  it("is shared with other processes", async () => {
    const dir = newDir();
    const program = `
      import { PersistentCache } from "@faast/core";
      const cache = new PersistentCache(${JSON.stringify(dir)});
      await Promise.all(["a", "b", "c"].map((key) => cache.set(key, key)));
      process.stdout.write(String(await cache.get("a")));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      program,
    ]);
    expect(stdout).toBe("a");
    await expect(new PersistentCache(dir).get("c")).resolves.toEqual(Buffer.from("c"));
  });
});

describe("an expired entry of a PersistentCache", () => {
  it("is missing, and deleted by get()", async () => {
    const cache = new PersistentCache(newDir(), 10_000);
    await cache.set("old", "value");
    await cache.set("new", "value");
    await age(join(cache.dir, hash("old")), 11_000);
    await age(join(cache.dir, hash("new")), 5_000);
    await expect(cache.get("old")).resolves.toBeUndefined();
    await expect(cache.get("new")).resolves.toEqual(Buffer.from("value"));
    await expect(readdir(cache.dir)).resolves.toEqual([hash("new")]);
  });

  it("is left out and deleted by entries()", async () => {
    const cache = new PersistentCache(newDir(), 10_000);
    await cache.set("old", "value");
    await cache.set("new", "value");
    await age(join(cache.dir, hash("old")), 11_000);
    await expect(cache.entries()).resolves.toEqual([hash("new")]);
    await expect(readdir(cache.dir)).resolves.toEqual([hash("new")]);
  });

  it("is deleted by the first set() of a program", async () => {
    const dir = newDir();
    await new PersistentCache(dir).set("old", "value");
    await age(join(homedir(), dir, hash("old")), 11_000);
    const cache = new PersistentCache(dir, 10_000);
    await cache.set("new", "value");
    await expect(readdir(cache.dir)).resolves.toEqual([hash("new")]);
  });

  it("is one that has lived for the time given", async () => {
    const cache = new PersistentCache(newDir(), 100);
    await cache.set("key", "value");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect(cache.get("key")).resolves.toBeUndefined();
  });

  it("does not exist where entries live for ever", async () => {
    const cache = new PersistentCache(newDir(), Infinity);
    await cache.set("key", "value");
    await age(join(cache.dir, hash("key")), 1e12);
    await expect(cache.get("key")).resolves.toEqual(Buffer.from("value"));
  });
});

describe("clear() of a PersistentCache", () => {
  it("deletes all entries and half-written files, and leaves the directory", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", "value");
    await writeFile(join(cache.dir, `${hash("key")}.${randomUUID()}.tmp`), "hal");
    await cache.clear();
    await expect(cache.get("key")).resolves.toBeUndefined();
    await expect(readdir(cache.dir)).resolves.toEqual([]);
  });

  it("deletes the directory where that is asked for", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", "value");
    await cache.clear({ leaveEmptyDir: false });
    await expect(stat(cache.dir)).rejects.toMatchObject({ code: "ENOENT" });
    await cache.clear({ leaveEmptyDir: false });
    await cache.set("key", "again");
    await expect(cache.get("key")).resolves.toEqual(Buffer.from("again"));
  });

  it("touches nothing that a cache has not written", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", "value");
    await writeFile(join(cache.dir, "notes.txt"), "mine");
    await mkdir(join(cache.dir, "folder"));
    await cache.clear({ leaveEmptyDir: false });
    expect((await readdir(cache.dir)).sort()).toEqual(["folder", "notes.txt"]);
    await expect(cache.entries()).resolves.toEqual([]);
  });
});

describe("what a crashed writer left in a PersistentCache", () => {
  it("is no entry, and is deleted once no writer can be at it", async () => {
    const cache = new PersistentCache(newDir());
    await cache.set("key", "value");
    const [old, young] = [1, 2].map(() => `${hash("key")}.${randomUUID()}.tmp`) as [string, string];
    for (const name of [old, young]) await writeFile(join(cache.dir, name), "hal");
    await age(join(cache.dir, old), 11 * 60_000);
    await expect(cache.entries()).resolves.toEqual([hash("key")]);
    expect((await readdir(cache.dir)).sort()).toEqual([hash("key"), young].sort());
  });
});
