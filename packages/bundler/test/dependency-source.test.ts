import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BundleError, dependencySource, installArguments, sourceKey } from "@faast/bundler";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dependency-source-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const manifest = (more: object = {}) =>
  JSON.stringify({ dependencies: { dep: "^1.0.0" }, devDependencies: { tool: "*" }, ...more });
const write = (name: string, content: string) => writeFile(join(folder, name), content);
const read = () => dependencySource(join(folder, "package.json"));

async function keyOf(more: object, platform = ["p"]): Promise<string | undefined> {
  await write("package.json", manifest(more));
  return sourceKey(await read(), platform);
}

describe("what is to be installed", () => {
  it("is the archive's package.json, with the lockfile and the .npmrc beside the original", async () => {
    await write("package.json", manifest());
    await write("package-lock.json", "{}");
    await write(".npmrc", "registry=r");
    const { packageJson, lock, npmrc } = await read();
    expect(JSON.parse(packageJson)).toEqual({ dependencies: { dep: "^1.0.0" }, main: "index.mjs" });
    expect({ lock, npmrc }).toEqual({
      lock: { name: "package-lock.json", content: "{}" },
      npmrc: "registry=r",
    });
    await write("npm-shrinkwrap.json", "{ }");
    expect((await read()).lock?.name).toBe("npm-shrinkwrap.json");
  });

  it("has no lockfile where it is an object", async () => {
    const { lock } = await dependencySource({ dependencies: { dep: "*" } });
    expect(lock).toBeUndefined();
  });

  it("is refused like any other mistake in the option", async () => {
    await expect(read()).rejects.toBeInstanceOf(BundleError);
  });

  it("is installed by its lockfile, without the tools of development", async () => {
    await write("package.json", manifest());
    expect(installArguments(await read())).toEqual(
      expect.arrayContaining(["install", "--omit=dev", "--no-package-lock"]),
    );
    await write("package-lock.json", "{}");
    expect(installArguments(await read())).not.toContain("--no-package-lock");
  });
});

describe("the name of an installation", () => {
  it("differs with whatever decides what it is", async () => {
    const keys = [await keyOf({}), await keyOf({}, ["q"]), await keyOf({ overrides: { a: "1" } })];
    await write(".npmrc", "registry=r");
    keys.push(await keyOf({}));
    await write("package-lock.json", "{}");
    keys.push(await keyOf({}));
    expect(keys).toEqual(keys.map(() => expect.stringMatching(/^[\da-f]{40}$/)));
    expect(new Set(keys).size).toBe(keys.length);
    expect(await keyOf({ devDependencies: {} })).toBe(keys.at(-1));
  });

  it.each([
    { dependencies: { dep: "file:../dep" } },
    { dependencies: { dep: "git+https://host.example/dep" } },
    { dependencies: { dep: "owner/dep" } },
    { optionalDependencies: { dep: "https://host.example/dep.tgz" } },
    { scripts: { postinstall: "node build.js" } },
  ])("is not given where something decides that cannot be seen: %j", async (more) => {
    expect(await keyOf(more)).toBeUndefined();
  });
});
