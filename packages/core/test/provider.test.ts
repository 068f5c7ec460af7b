import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const core =
  import.meta.resolve === undefined ? "" : fileURLToPath(import.meta.resolve("@faast/core"));

/** A project of its own, with the given files, in which programs run. */
async function project(files: Record<string, string>) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "project-")));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return {
    folder,
    async run(env: Record<string, string> = {}) {
      const { stdout } = await run(process.execPath, ["main.mjs"], {
        cwd: folder,
        env: { ...process.env, FAAST_PROVIDER: "", ...env },
      });
      return stdout.trim();
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** A provider package whose functions all return its name and the option `volume`. */
const providerPackage = (name: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({
    name,
    type: "module",
    exports: "./index.js",
  }),
  [`node_modules/${name}/index.js`]: `
    import { encode, numberOption } from ${JSON.stringify(pathToFileURL(join(core, "../provider/index.js")).href)};
    export const provider = {
      name: ${JSON.stringify(name)},
      options: { defaults: {}, own: { volume: numberOption(1, { min: 0 }) } },
      deploy: async ({ options }) => ({
        limits: { startupTime: 0 },
        invoke: async ({ request, receive, ...rest }) => {},
        logUrl: () => "memory:",
        estimateCost: () => [],
        close: async () => {},
      }),
    };`,
});

const functions = { "functions.mjs": "export function hello() {}" };
const main = (call: string) => ({
  "main.mjs": `
    import { faast, defineConfig } from ${JSON.stringify(pathToFileURL(core).href)};
    import * as funcs from "./functions.mjs";
    try {
      const m = await ${call};
      console.log(m.provider, m.options.volume, m.options.concurrency);
      await m.cleanup();
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }`,
});

describe("a provider", () => {
  it("is found in the user's project by the name of its package", async () => {
    await using it = await project({
      ...functions,
      ...providerPackage("my-cloud"),
      ...main(`faast("my-cloud", funcs, { volume: 7 })`),
    });
    expect(await it.run()).toBe("my-cloud 7 100");
  });

  it("that is missing is an error with the line that installs it", async () => {
    await using it = await project({ ...functions, ...main(`faast("@some/cloud", funcs)`) });
    expect(await it.run()).toMatch(/^FaastProviderError: .*npm install @some\/cloud/);
  });

  it("that is missing, for a short name that is misspelt, suggests the right one", async () => {
    await using it = await project({ ...functions, ...main(`faast("locl", funcs)`) });
    expect(await it.run()).toMatch(/Did you mean "local"\?.*npm install locl/);
  });

  it("that keeps no contract is an error", async () => {
    await using it = await project({
      ...functions,
      "node_modules/not-one/package.json":
        '{ "name": "not-one", "type": "module", "exports": "./x.js" }',
      "node_modules/not-one/x.js": "export const provider = {};",
      ...main(`faast("not-one", funcs)`),
    });
    expect(await it.run()).toMatch(/^FaastProviderError: .*no provider of faast/);
  });

  it("cannot be named without a module", async () => {
    await using it = await project({ ...functions, ...main(`faast("functions.mjs")`) });
    expect(await it.run()).toMatch(/lacks a module.*"\.\/functions\.mjs"/);
  });
});

describe("the first argument", () => {
  it.each([
    ["faast(5, funcs)", /no provider: it is a number/],
    ["faast(undefined, funcs)", /no provider: it is undefined/],
    ['faast("", funcs)', /no provider: it is an empty string/],
    ['faast({ name: "x" }, funcs)', /no provider: it is an object/],
    ['faast("./cloud.mjs", funcs)', /is a path. Import the provider/],
  ])("that is no provider is refused as such: %s", async (call, message) => {
    await using it = await project({ ...functions, ...main(call) });
    expect(await it.run()).toMatch(message);
  });
});

describe("the module", () => {
  it.each([
    ["export function then() {}", /named `then`/],
    ["export class Only {}", /exports no function/],
  ])("that cannot be called is refused: %s", async (source, message) => {
    await using it = await project({
      ...providerPackage("my-cloud"),
      ...main('faast("my-cloud", funcs)'),
      "functions.mjs": source,
    });
    expect(await it.run()).toMatch(message);
  });

  it("that is JSON is refused as a module", async () => {
    await using it = await project({
      ...providerPackage("my-cloud"),
      "data.json": '{ "a": 1 }',
      "main.mjs": `
        import { createRequire } from "node:module";
        import { faast } from ${JSON.stringify(pathToFileURL(core).href)};
        const data = createRequire(import.meta.url)("./data.json");
        await faast("my-cloud", data).catch((error) => console.log(error.name, error.message));`,
    });
    expect(await it.run()).toMatch(/^FaastModuleError/);
  });
});

describe("the configuration", () => {
  const config = {
    provider: "my-cloud",
    options: { concurrency: 3 },
    providerOptions: { "my-cloud": { volume: 9 } },
  };
  const both = { ...functions, ...providerPackage("my-cloud"), ...main("faast(funcs)") };

  it.each([
    ["faast.config.js", `module.exports = ${JSON.stringify(config)};`],
    ["faast.config.mjs", `export default ${JSON.stringify(config)};`],
    ["faast.config.json", JSON.stringify(config)],
    ["package.json", JSON.stringify({ faast: config })],
  ])("decides the provider and its options: %s", async (name, content) => {
    await using it = await project({ ...both, [name]: content });
    expect(await it.run()).toBe("my-cloud 9 3");
  });

  it("yields to the arguments, and to FAAST_PROVIDER", async () => {
    await using it = await project({
      ...both,
      ...providerPackage("other-cloud"),
      ...main("faast(funcs, { concurrency: 4 })"),
      "faast.config.json": JSON.stringify(config),
    });
    expect(await it.run()).toBe("my-cloud 9 4");
    expect(await it.run({ FAAST_PROVIDER: "other-cloud" })).toBe("other-cloud 1 4");
  });

  it("that is wrong is an error with its file and its key", async () => {
    await using it = await project({ ...both, "faast.config.json": '{ "provder": "x" }' });
    expect(await it.run()).toMatch(/"provder" of .*faast\.config\.json.*Did you mean "provider"/);
    const options = { ...config, options: { concurency: 3 } };
    await using misspelt = await project({ ...both, "faast.config.json": JSON.stringify(options) });
    expect(await misspelt.run()).toMatch(
      /"concurency" of faast\("my-cloud"\) in .*faast\.config\.json is unknown/,
    );
    await using empty = await project({ ...both, "faast.config.mjs": "export const x = 1;" });
    expect(await empty.run()).toMatch(/has no default export/);
    await using broken = await project({ ...both, "faast.config.json": "{" });
    expect(await broken.run()).toMatch(/faast\.config\.json could not be read/);
  });
});
