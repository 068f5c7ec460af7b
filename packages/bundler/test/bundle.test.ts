import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import JSZip from "jszip";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, BundleError } from "@faast/bundler";
import {
  callIn,
  Installation,
  node,
  project,
  rejection,
  removeTemporaryDirectories,
  workerEntry,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

describe("a bundle", () => {
  it("holds the worker's entry, the user's module at its own place, and its map", async () => {
    const root = await project({
      "src/functions.ts": `export const hello = async (name: string) => \`hello \${name}\`;`,
    });
    const installation = await Installation.of({ module: "src/functions.ts", root });
    const { files, modulePath, entryPath } = installation.bundle;
    expect(files.map(({ path }) => path)).toEqual([
      "index.mjs",
      "src/functions.mjs",
      "src/functions.mjs.map",
    ]);
    expect([modulePath, entryPath]).toEqual(["src/functions.mjs", "index.mjs"]);
    expect(await installation.call("hello", "world")).toEqual({ value: "hello world" });
  });

  it("needs no entry", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    const { files } = await bundle({ module: "f.js", root });
    expect(files.map(({ path }) => path)).toEqual(["f.mjs", "f.mjs.map"]);
  });

  it.each(["js", "mjs", "ts", "mts", "tsx", "jsx"])("takes a module in .%s", async (extension) => {
    const files = { [`functions.${extension}`]: `export const f = () => "called";` };
    expect(await callIn(files, `functions.${extension}`, "f")).toBe("called");
  });

  it("takes the module as a URL, as a URL's text, and as an absolute path", async () => {
    const root = await project({ "a b/f.js": `export const f = () => 1;` });
    const file = join(root, "a b/f.js");
    for (const module of [file, pathToFileURL(file), pathToFileURL(file).href]) {
      expect((await bundle({ module, root })).modulePath).toBe("a b/f.mjs");
    }
  });

  it("is under 20 KB for a small module with a worker of 10 KB", async () => {
    // As dense as code gets: what little compression finds here, it finds in any worker.
    const filler = Array.from({ length: 800 }, (_, index) =>
      Math.sin(index).toString(36).slice(3, 15),
    );
    const root = await project({
      "functions.ts": `export async function hello(name: string) { return name; }`,
      "worker.js": `globalThis.filler = ${JSON.stringify(filler.join(""))};
        export const load = () => import("faast:module");`,
    });
    const bundled = await bundle({ module: "functions.ts", entry: "worker.js", root });
    expect((await bundled.archive()).length).toBeLessThan(20_000);
  });

  it("minifies the entry and gives it no map", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    const { files } = await bundle({ module: "f.js", entry: workerEntry, root });
    const entry = Buffer.from(files.find(({ path }) => path === "index.mjs")!.content).toString();
    expect(entry).toContain('import("./f.mjs")');
    expect(entry).not.toContain("sourceMappingURL");
    expect(entry).not.toContain("A worker as small as can be");
  });

  it("lets the user's module use top-level await", async () => {
    const source = `const ready = await Promise.resolve("ready"); export const f = () => ready;`;
    expect(await callIn({ "f.mjs": source }, "f.mjs", "f")).toBe("ready");
  });

  it("leaves an error while the module is loaded to the worker", async () => {
    const root = await project({
      "f.js": `export const f = () => 1; throw new Error("not today");`,
    });
    const installation = await Installation.of({ module: "f.js", root });
    expect(await installation.call("f")).toMatchObject({ error: "not today" });
  });

  it("finds a module whose name means something in a URL", async () => {
    const files = { "50%/what?/#1.js": `export const f = () => "found";` };
    expect(await callIn(files, "50%/what?/#1.js", "f")).toBe("found");
  });

  it("zips its files, with their modes", async () => {
    const root = await project({ "f.js": `export const f = () => 1;`, run: "#!/bin/sh\n" });
    const { archive, files } = await bundle({ module: "f.js", root, include: ["run"] });
    const zip = await JSZip.loadAsync(await archive());
    expect(Object.keys(zip.files)).toEqual(files.map(({ path }) => path));
    expect(zip.file("f.mjs")?.date).toEqual(new Date(Date.UTC(1980, 0, 1)));
    expect(zip.file("run")?.unixPermissions).toBe(0o100755);
    expect(zip.file("f.mjs")?.unixPermissions).toBe(0o100644);
    expect(await zip.file("f.mjs")?.async("uint8array")).toEqual(
      Uint8Array.from(files.find(({ path }) => path === "f.mjs")!.content),
    );
  });

  it("makes its zip once", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    const bundled = await bundle({ module: "f.js", root });
    expect(await bundled.archive()).toBe(await bundled.archive());
  });

  it("tells its inputs, the largest first", async () => {
    const root = await project({
      "f.js": `import { big } from "./lib/big.js"; export const f = () => big;`,
      "lib/big.js": `export const big = ${JSON.stringify("x".repeat(5000))};`,
    });
    const { inputs } = await bundle({ module: "f.js", root });
    expect(inputs.map(({ path }) => path)).toEqual(["lib/big.js", "f.js"]);
    expect(inputs[0]!.bytes).toBeGreaterThan(5000);
    expect(inputs.map(({ importedBy }) => importedBy)).toEqual([["f.js"], []]);
  });

  it("writes nothing into the project", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    await (await bundle({ module: "f.js", root, entry: workerEntry })).archive();
    expect(await readdir(root)).toEqual(["f.js"]);
  });
});

describe("a bundled module", () => {
  it("loads its own files when it imports them dynamically, not before", async () => {
    const files = {
      "f.ts": `globalThis.order = ["module"];
        export const f = async () => { order.push("called"); await import("./lazy.js"); return order; };`,
      "lazy.js": `import { deep } from "./deep.js"; globalThis.order.push("lazy", deep);`,
      "deep.js": `await null; globalThis.order.push("deep"); export const deep = "imported";`,
    };
    expect(await callIn(files, "f.ts", "f")).toEqual([
      "module",
      "called",
      "deep",
      "lazy",
      "imported",
    ]);
  });

  it("imports JSON, with and without attributes", async () => {
    const files = {
      "f.mjs": `import plain from "./data.json"; import attributed from "./data.json" with { type: "json" };
        export const f = () => [plain.a, attributed.a];`,
      "data.json": `{"a": 1}`,
    };
    expect(await callIn(files, "f.mjs", "f")).toEqual([1, 1]);
  });

  it("holds CommonJS packages that require what is built in", async () => {
    const files = {
      "f.mjs": `import old from "old"; export const f = () => old();`,
      "node_modules/old/index.js": `const fs = require("fs"); const { join } = require("node:path");
        module.exports = () => [typeof fs.readFileSync, join("a", "b"), typeof require, require.resolve("fs")];`,
    };
    expect(await callIn(files, "f.mjs", "f")).toEqual(["function", "a/b", "function", "fs"]);
  });

  it("may declare require, __filename and __dirname itself", async () => {
    const files = {
      "f.ts": `import { createRequire } from "node:module"; import { dirname } from "node:path";
        import { fileURLToPath } from "node:url"; import old from "./old.cjs";
        const require = createRequire(import.meta.url);
        const __filename = fileURLToPath(import.meta.url);
        const __dirname = dirname(__filename);
        export const f = () => [require("os").EOL, __filename.startsWith(__dirname), old()];`,
      "old.cjs": `module.exports = () => require("os").EOL;`,
    };
    expect(await callIn(files, "f.ts", "f")).toEqual(["\n", true, "\n"]);
    // The same without anything that brings in esbuild's own use of the name.
    const alone = { "f.js": `const require = 5; export const f = () => require;` };
    expect(await callIn(alone, "f.js", "f")).toBe(5);
  });

  it("goes without optional dependencies that are not installed", async () => {
    const files = {
      "f.mjs": `import ws from "ws"; let esm; try { esm = await import("also-missing"); } catch { esm = "none"; }
        export const f = () => [ws.fast, esm];`,
      "node_modules/ws/index.js": `exports.fast = false;
        try { require("faast-test-missing"); exports.fast = true; } catch (error) { exports.fast = error.code; }`,
    };
    const root = await project(files);
    const installation = await Installation.of({ module: "f.mjs", root });
    expect(await installation.call("f")).toEqual({ value: ["MODULE_NOT_FOUND", "none"] });
    expect(installation.bundle.warnings).toEqual([]);
  });

  it("may import a package that imports what it is told at run time", async () => {
    const root = await project({
      "f.mjs": `import { load } from "loader"; export const f = async () => (await load("node:os")).EOL;`,
      "node_modules/loader/package.json": `{"name": "loader", "type": "module", "exports": "./index.js"}`,
      "node_modules/loader/index.js": `export const load = (name) => import(name);`,
    });
    const installation = await Installation.of({ module: "f.mjs", root });
    expect(await installation.call("f")).toEqual({ value: "\n" });
    expect(installation.bundle.warnings).toEqual([]);
  });

  it("leaves out what the provider has, in the module and in the entry", async () => {
    const root = await project({
      "f.mjs": `import sdk from "@sdk/client"; export const f = () => sdk;`,
      "entry.mjs": `import "@sdk/other"; import("faast:module");`,
    });
    const { files } = await bundle({
      module: "f.mjs",
      entry: "entry.mjs",
      root,
      external: ["@sdk/*"],
    });
    const [module, entry] = ["f.mjs", "index.mjs"].map((name) =>
      Buffer.from(files.find(({ path }) => path === name)!.content).toString(),
    );
    expect(module).toContain('from "@sdk/client"');
    expect(entry).toContain('"@sdk/other"');
  });

  it("is bundled while other bundles are", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    await cp(join(root, "f.js"), join(root, "g.js"));
    const bundles = await Promise.all(
      ["f.js", "g.js", "f.js"].map((module) => bundle({ module, root })),
    );
    expect(bundles.map(({ modulePath }) => modulePath)).toEqual(["f.mjs", "g.mjs", "f.mjs"]);
  });
});

describe("giving up", () => {
  it("rejects with the signal's reason", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(await rejection(bundle({ module: "f.js", root, signal }))).toBe(reason);
  });

  it("does not wait for a plugin that never answers", async () => {
    const { stdout } = await node([
      fileURLToPath(new URL("./fixtures/stuck-plugin.mjs", import.meta.url)),
    ]);
    expect(stdout).toBe("rejected: enough\n");
  });
});

describe("an error", () => {
  it("names a module or an entry that is not there", async () => {
    const root = await project({ "f.js": `export const f = () => 1;` });
    const missing = await rejection(bundle({ module: "src/g.js", root }));
    expect(missing).toMatchObject({ code: "FAAST_BUNDLE_MODULE", name: "BundleError" });
    expect(missing.message).toContain(join(root, "src/g.js"));
    const entry = await rejection(bundle({ module: "f.js", entry: "no-entry.js", root }));
    expect(entry.message).toContain(join(root, "no-entry.js"));
    expect((await rejection(bundle({ module: root, root }))).message).toContain("not a file");
    expect(
      (await rejection(bundle({ module: "https://example.com/f.js", root }))).message,
    ).toContain("file: URL");
    expect(
      (await rejection(bundle({ module: "f.js", root: join(root, "none") }))).message,
    ).toContain('"root"');
  });

  it("says where an import cannot be resolved, and what to do", async () => {
    const root = await project({
      "src/f.ts": `\nimport pad from "@scope/left-pad/x.js";\nexport const f = pad;`,
    });
    const error = await rejection(bundle({ module: "src/f.ts", root }));
    expect(error).toBeInstanceOf(BundleError);
    expect(error).toMatchObject({
      code: "FAAST_BUNDLE_BUILD",
      problems: [
        { file: "src/f.ts", line: 2, column: 17, lineText: expect.stringContaining("left-pad") },
      ],
    });
    expect(error.message).toContain("src/f.ts:2:17");
    expect(error.message).toContain("npm install @scope/left-pad)");
  });

  it("says where the syntax is wrong, in the columns of an editor", async () => {
    const root = await project({ "f.ts": `const smile = "ü😀"; const = 5;` });
    const error = await rejection(bundle({ module: "f.ts", root }));
    expect(error.message).toContain("f.ts:1:28");
  });

  it("says how to load a file of another type", async () => {
    const root = await project({ "f.ts": `import "./query.sql";`, "query.sql": "select 1" });
    const error = await rejection(bundle({ module: "f.ts", root }));
    expect(error.message).toContain('esbuildOptions: { loader: { ".sql": "text" } }');
  });

  it("passes on what a plugin throws", async () => {
    const root = await project({ "f.ts": `export const f = 1;` });
    const plugin = {
      name: "broken",
      setup: () => {
        throw new Error("plugin trouble");
      },
    };
    const error = await rejection(
      bundle({ module: "f.ts", root, esbuildOptions: { plugins: [plugin] } }),
    );
    expect(error).toBeInstanceOf(BundleError);
    expect(error.message).toContain("plugin trouble");
  });

  it("is recognised across copies of the package", () => {
    const foreign = Object.defineProperty(
      new Error("from elsewhere"),
      Symbol.for("@faast/bundler/error"),
      {
        value: true,
      },
    );
    expect(foreign).toBeInstanceOf(BundleError);
    expect(new Error("other")).not.toBeInstanceOf(BundleError);
  });
});
