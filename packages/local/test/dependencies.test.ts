import { mkdir, mkdtemp, readdir, realpath, rm, stat, utimes, writeFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faast, FaastCancelledError, FaastCreateFunctionError } from "@faast/core";
import type { Deployment } from "@faast/core/provider";
import { faastLocal, provider } from "@faast/local";
import { directoryOf, eventually } from "./processes.ts";
import { Registry } from "./registry.ts";

const module = new URL("./fixtures/uses-dependency.mjs", import.meta.url);

let folder: string;
let registry: Registry;
let cacheBefore: string | undefined;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "dependencies-")));
  registry = await Registry.start();
  cacheBefore = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(folder, "cache");
});
afterEach(async () => {
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheBefore;
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const entries = () => readdir(join(folder, "cache", "faast", "dependencies")).catch(() => []);

/** A project whose registry only its `.npmrc` names. */
async function project({ locked }: { locked?: string } = {}): Promise<string> {
  const directory = join(folder, "project");
  await mkdir(directory, { recursive: true });
  const packageJson = join(directory, "package.json");
  const dependencies = { "a-dependency": "^1.0.0" };
  await writeFile(packageJson, JSON.stringify({ name: "job", dependencies }));
  const npmrc = `registry=${registry.url}/\ncache=${join(folder, "npm")}\nfetch-retries=0\n`;
  await writeFile(join(directory, ".npmrc"), npmrc);
  if (locked !== undefined)
    await writeFile(join(directory, "package-lock.json"), registry.lockfile(locked));
  return packageJson;
}

async function answerOf(options: Parameters<typeof faastLocal>[1]): Promise<unknown> {
  await using m = await faastLocal(module, options);
  return await m.functions.answer!();
}

describe("dependencies of a package.json", () => {
  it("come from the registry of the .npmrc beside it, in the newest version that fits", async () => {
    expect(await answerOf({ packageJson: await project() })).toBe("1.1.0");
    expect(registry.requests).toContain("/a-dependency");
  });

  it("have the versions of the lockfile beside it", async () => {
    expect(await answerOf({ packageJson: await project({ locked: "1.0.0" }) })).toBe("1.0.0");
  });

  it("are installed once: later jobs, and several at once, use what is there", async () => {
    const packageJson = await project();
    const both = [answerOf({ packageJson }), answerOf({ packageJson })];
    expect(await Promise.all(both)).toEqual(["1.1.0", "1.1.0"]);
    expect(await entries()).toHaveLength(1);
    const asked = registry.requests.length;
    expect(await answerOf({ packageJson })).toBe("1.1.0");
    expect(registry.requests).toHaveLength(asked);
  });

  it("are installed anew where the lockfile has changed, or caching is switched off", async () => {
    const packageJson = await project({ locked: "1.1.0" });
    expect(await answerOf({ packageJson })).toBe("1.1.0");
    await project({ locked: "1.0.0" });
    expect(await answerOf({ packageJson })).toBe("1.0.0");
    expect(await entries()).toHaveLength(2);
    await using m = await faastLocal(module, { packageJson, useDependencyCaching: false });
    expect(await m.functions.answer!()).toBe("1.0.0");
    const code = join(directoryOf(m.logUrl()), "code");
    expect(readdirSync(code, { withFileTypes: true })).toContainEqual(
      expect.objectContaining({ name: "node_modules", isDirectory: expect.any(Function) }),
    );
    expect(existsSync(join(code, ".npmrc"))).toBe(false);
    expect(await entries()).toHaveLength(2);
  });

  it("stay while a job uses them, and go with `deleteCaches` when none does", async () => {
    const packageJson = await project();
    await using m = await faastLocal(module, { packageJson });
    const other = await faastLocal(module, { packageJson });
    await other.cleanup({ deleteCaches: true });
    expect(await m.functions.answer!()).toBe("1.1.0");
    await m.cleanup({ deleteCaches: true });
    expect(await entries()).toEqual([]);
  });

  it("go when nobody has used them for a week", async () => {
    expect(await answerOf({ packageJson: await project({ locked: "1.0.0" }) })).toBe("1.0.0");
    const [old = ""] = await entries();
    const then = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    await utimes(join(folder, "cache", "faast", "dependencies", old), then, then);
    expect(await answerOf({ packageJson: await project({ locked: "1.1.0" }) })).toBe("1.1.0");
    expect(await entries()).not.toContain(old);
    expect(await entries()).toHaveLength(1);
  });

  it("count as used for as long as the job's lease is renewed", async () => {
    let deployment: Deployment | undefined;
    const observed: typeof provider = {
      ...provider,
      deploy: async (spec, signal) => (deployment = await provider.deploy(spec, signal)),
    };
    await using m = await faast(observed, module, { packageJson: await project() });
    const [name = ""] = await entries();
    const entry = join(folder, "cache", "faast", "dependencies", name);
    const [pin = ""] = await readdir(join(entry, "pins"));
    const used = [entry, join(entry, "pins", pin)];
    const then = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    for (const path of used) await utimes(path, then, then);
    await deployment!.lease!.renew();
    const times = await Promise.all(used.map(async (path) => (await stat(path)).mtimeMs));
    expect(Math.min(...times)).toBeGreaterThan(Date.now() - 3600 * 1000);
    expect(await m.functions.answer!()).toBe("1.1.0");
  });

  it("that cannot be installed fail faast() with what npm said, and leave nothing", async () => {
    const packageJson = await project();
    const dependencies = { "a-dependency": "^1.0.0", "no-such": "^1.0.0" };
    await writeFile(packageJson, JSON.stringify({ dependencies }));
    const error: unknown = await answerOf({ packageJson }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toMatch(/could not be installed[^]*404[^]*no-such/);
    expect(await entries()).toEqual([]);
  });

  it("are given up with faast(): npm ends, and leaves nothing", async () => {
    const packageJson = await project();
    let goOn: () => void = () => undefined;
    registry.held = new Promise((resolve) => (goOn = resolve));
    const abort = new AbortController();
    const starting = faastLocal(module, { packageJson, signal: abort.signal });
    starting.catch(() => undefined);
    await eventually(() => registry.requests.length > 0, "npm asks the registry");
    abort.abort();
    await expect(starting).rejects.toBeInstanceOf(FaastCancelledError);
    expect(await entries()).toEqual([]);
    goOn();
  });
});
