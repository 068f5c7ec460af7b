import { join } from "node:path";
import { bundle } from "@faast/bundler";
import {
  addFiles,
  Installation,
  project,
  rejection,
  removeTemporaryDirectories,
  workerEntry,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

describe("the user's bundle finds, as the module does at home,", () => {
  it("its own directory and file, as an ES module", async () => {
    const root = await project({
      "src/f.ts": `import { fileURLToPath } from "node:url"; import { readFileSync } from "node:fs";
        export const where = () => [fileURLToPath(import.meta.url), import.meta.filename, import.meta.dirname];
        export const data = () => JSON.parse(readFileSync(new URL("./data.json", import.meta.url), "utf8"));`,
      "src/data.json": `{"found": true}`,
    });
    const installation = await Installation.of({
      module: "src/f.ts",
      root,
      include: ["src/data.json"],
    });
    const file = join(installation.directory, "src/f.mjs");
    expect(await installation.call("where")).toEqual({ value: [file, file, join(file, "..")] });
    expect(await installation.call("data")).toEqual({ value: { found: true } });
  });

  it("its own directory and file, as CommonJS", async () => {
    const root = await project({
      "src/f.cjs": `const { readFileSync } = require("fs"); const { join } = require("path");
        exports.where = () => [__filename, __dirname];
        exports.data = () => JSON.parse(readFileSync(join(__dirname, "data.json"), "utf8"));`,
      "src/data.json": `{"found": true}`,
    });
    const installation = await Installation.of({
      module: "src/f.cjs",
      root,
      include: ["src/data.json"],
    });
    const file = join(installation.directory, "src/f.mjs");
    expect(await installation.call("where")).toEqual({ value: [file, join(file, "..")] });
    expect(await installation.call("data")).toEqual({ value: { found: true } });
  });

  it("a JavaScript file that is loaded at run time", async () => {
    const root = await project({
      "src/f.ts": `export const f = async (name: string) => (await import(new URL(name, import.meta.url).href)).name;`,
      "src/plugins/a.mjs": `export const name = "plugin a";`,
    });
    const installation = await Installation.of({
      module: "src/f.ts",
      root,
      include: ["src/plugins"],
    });
    expect(await installation.call("f", "./plugins/a.mjs")).toEqual({ value: "plugin a" });
  });
});

describe("a worker thread", () => {
  const answer = `isMainThread ? new Promise((resolve, reject) => {
    const worker = new Worker(SELF, { workerData: 20 });
    worker.once("message", resolve); worker.once("error", reject);
  }) : undefined`;

  it("runs the module's own file, by import.meta.url", async () => {
    const root = await project({
      "src/f.ts": `import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
        if (!isMainThread) parentPort?.postMessage(workerData * 2);
        export const f = () => ${answer.replace("SELF", "new URL(import.meta.url)")};`,
    });
    const installation = await Installation.of({ module: "src/f.ts", root });
    expect(await installation.call("f")).toEqual({ value: 40 });
  });

  it("runs the module's own file, by __filename", async () => {
    for (const module of ["f.cjs", "f.js"]) {
      const root = await project({
        [module]: `const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
          if (!isMainThread) parentPort.postMessage(workerData * 2);
          module.exports.f = () => ${answer.replace("SELF", "__filename")};`,
      });
      const installation = await Installation.of({ module, root });
      expect(await installation.call("f")).toEqual({ value: 40 });
    }
  });
});

describe("the place of the user's bundle", () => {
  it("is the archive's root for a module outside of the project", async () => {
    const elsewhere = await project({
      "deep/f.ts": `import { two } from "../two.ts"; export const f = () => two;`,
      "two.ts": `export const two = 2;`,
    });
    const root = await project({ "package.json": "{}" });
    const installation = await Installation.of({ module: join(elsewhere, "deep/f.ts"), root });
    expect(installation.bundle.modulePath).toBe("f.mjs");
    expect(installation.bundle.inputs.map(({ path }) => path).sort()).toEqual([
      "../two.ts",
      "f.ts",
    ]);
    expect(await installation.call("f")).toEqual({ value: 2 });
  });

  it("leaves the entry's place alone", async () => {
    const root = await project({ "index.ts": `export const f = () => "mine";` });
    const installation = await Installation.of({ module: "index.ts", root });
    expect(installation.bundle.modulePath).toBe("index.bundle.mjs");
    expect(await installation.call("f")).toEqual({ value: "mine" });
  });

  it("leaves the places of included files alone", async () => {
    const root = await project({
      "src/f.mjs": `export const f = () => "bundled";`,
      "src/f.bundle.mjs": "",
    });
    const installation = await Installation.of({ module: "src/f.mjs", root, include: ["src"] });
    expect(installation.bundle.files.map(({ path }) => path)).toEqual([
      "index.mjs",
      "src/f.bundle.mjs",
      "src/f.bundle2.mjs",
      "src/f.bundle2.mjs.map",
      "src/f.mjs",
    ]);
    expect(await installation.call("f")).toEqual({ value: "bundled" });
  });

  it("is beside the files that its loaders emit", async () => {
    const root = await project({
      "src/f.ts": `import path from "./text.txt"; import { readFileSync } from "node:fs";
        export const f = () => readFileSync(new URL(path, import.meta.url), "utf8");`,
      "src/text.txt": "from a file",
    });
    const esbuildOptions = { loader: { ".txt": "file" as const } };
    const installation = await Installation.of({ module: "src/f.ts", root, esbuildOptions });
    expect(installation.bundle.files.map(({ path }) => path)).toContainEqual(
      expect.stringMatching(/^assets\/text-\w+\.txt$/),
    );
    expect(await installation.call("f")).toEqual({ value: "from a file" });
  });

  it("cannot be taken by what is emitted", async () => {
    const root = await project({ "f.ts": `import "./a.txt"; export const f = 1;`, "a.txt": "a" });
    const esbuildOptions = { loader: { ".txt": "copy" as const }, assetNames: "../../[name]" };
    const error = await rejection(bundle({ module: "f.ts", root, esbuildOptions }));
    expect(error.message).toContain("assetNames");
  });

  it("is the same whether or not the project is reached through a link", async () => {
    const root = await project({ "real/src/f.js": `export const f = 1;` });
    const { symlink } = await import("node:fs/promises");
    await symlink(join(root, "real"), join(root, "linked"));
    await addFiles(root, { "real/data.txt": "x" });
    const [direct, linked] = await Promise.all(
      ["real", "linked"].map((name) =>
        bundle({
          module: join(root, name, "src/f.js"),
          root: join(root, name),
          entry: workerEntry,
          include: ["data.txt"],
        }),
      ),
    );
    expect(linked!.files).toEqual(direct!.files);
    expect(linked!.modulePath).toBe("src/f.mjs");
  });
});
