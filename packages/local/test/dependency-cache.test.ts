import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Collector, Resource } from "@faast/core/provider";
import { provider } from "@faast/local";
import { DAY, gone } from "./leftovers-place.ts";

const KEY = "0123456789abcdef".repeat(4);

let folder: string;
let root: string;
let cacheBefore: string | undefined;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "dependency-cache-")));
  root = join(folder, "faast", "dependencies");
  cacheBefore = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = folder;
});
afterEach(() => {
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

const collector = (): Collector => provider.collector!({} as never, {});

/** What a collection sees of the cache. */
async function listed(): Promise<Resource[]> {
  const { signal } = new AbortController();
  const resources: Resource[] = [];
  for await (const page of collector().list({ details: false, signal })) resources.push(...page);
  return resources.filter(({ kind }) => kind === "dependency cache");
}

/** An entry that was last used so many days ago. */
function plant(name: string, days: number, client: object = gone): string {
  const path = join(root, name);
  mkdirSync(join(path, "pins"), { recursive: true });
  mkdirSync(join(path, "node_modules", "a-package"), { recursive: true });
  for (let i = 0; i < 50; i++)
    writeFileSync(join(path, "node_modules", "a-package", `${i}.js`), "");
  const created = new Date(Date.now() - 30 * DAY).toISOString();
  const tags = { "faast:cache": KEY, "faast:created": created };
  writeFileSync(join(path, "entry.json"), JSON.stringify({ tags, ...client }));
  age(path, days);
  return path;
}

function age(path: string, days: number): void {
  const time = new Date(Date.now() - days * DAY);
  utimesSync(path, time, time);
}

describe("an entry of the dependency cache", () => {
  it("is removed file by file: that can be given up, and what is left can be told to be ours", async () => {
    plant(KEY, 8);
    const [resource] = await listed();
    const controller = new AbortController();
    const { signal } = controller;
    let looks = 0;
    signal.throwIfAborted = () => {
      if (++looks === 20) controller.abort();
      AbortSignal.prototype.throwIfAborted.call(signal);
    };
    await expect(collector().delete(resource!, signal)).rejects.toMatchObject({
      name: "AbortError",
    });
    const [rest = ""] = readdirSync(root);
    expect(existsSync(join(root, rest, "entry.json"))).toBe(true);
    const files = readdirSync(join(root, rest, "node_modules", "a-package"));
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThan(50);
    await collector().delete({ ...resource!, id: join(root, rest) }, new AbortController().signal);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("an unfinished entry", () => {
  const nameOf = (pid: number, digit: string) =>
    `staging-${pid}-${digit.repeat(8)}-2222-4333-8444-555555555555`;
  const isHeld = async () =>
    Object.fromEntries((await listed()).map(({ id, ownerAlive }) => [basename(id), ownerAlive]));

  it("of a maker that has ended is nobody's, whoever has its id now", async () => {
    const name = nameOf(process.pid, "1");
    plant(name, 0, { ...gone, pid: process.pid });
    expect(await isHeld()).toEqual({ [name]: false });
  });

  it("of a maker that cannot be seen is held for a week", async () => {
    const [recent, old] = [nameOf(4711, "1"), nameOf(4711, "2")];
    for (const [name, days] of [[recent, 6] as const, [old, 8] as const])
      plant(name, days, { ...gone, pid: 4711, host: "elsewhere" });
    expect(await isHeld()).toEqual({ [recent]: true, [old]: false });
  });

  it("that does not tell what it is yet is ours if it is old, and has nothing else in it", async () => {
    const make = (name: string, files: string[], days: number) => {
      const path = join(root, name);
      mkdirSync(path, { recursive: true });
      for (const file of files) writeFileSync(join(path, file), "");
      age(path, days);
      return name;
    };
    const ours = [make(nameOf(1, "1"), [], 8), make(nameOf(1, "2"), ["entry.json.new"], 8)];
    make(nameOf(1, "3"), [], 6);
    make(nameOf(1, "4"), ["entry.json.new", "novel.txt"], 8);
    make("staging-area", [], 8);
    const resources = await listed();
    expect(resources.map(({ id }) => basename(id)).sort()).toEqual(ours);
    for (const each of resources) {
      expect(Object.keys(each.tags)).toEqual(["faast:cache", "faast:created"]);
      await collector().delete(each, new AbortController().signal);
    }
    expect(readdirSync(root)).toHaveLength(3);
  });
});
