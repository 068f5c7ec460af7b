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
import { join } from "node:path";
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
