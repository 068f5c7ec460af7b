import { chmod, utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "@faast/bundler";
import {
  addFiles,
  node,
  project,
  removeTemporaryDirectories,
  temporaryDirectory,
  workerEntry,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const printArchive = fileURLToPath(new URL("./fixtures/print-archive.mjs", import.meta.url));

const files = {
  "package.json": `{"name": "p", "version": "1.0.0", "dependencies": {"left-out": "^1.0.0"}}`,
  "tsconfig.json": `{"compilerOptions": {"useDefineForClassFields": true}}`,
  "src/functions.ts": `import pkg from "pkg"; import out from "left-out"; import { helper } from "./lib/helper.js";
    import data from "../data/b.json";
    export async function f() { return [pkg(), out, helper, data, await import("./lib/lazy.js")]; }`,
  "src/lib/helper.ts": `export class helper { value = __dirname; }`,
  "src/lib/lazy.ts": `export const lazy = 1;`,
  "src/run.sh": `#!/bin/sh\n`,
  "data/a.txt": "a",
  "data/b.json": `{"b": 1}`,
  "node_modules/pkg/index.js": `const os = require("os"); module.exports = () => os.EOL;`,
};

describe("an archive", () => {
  it("has the same bytes for the same project, elsewhere, later, and in another time zone", async () => {
    const parents = [await temporaryDirectory(), await temporaryDirectory()];
    const copies = [join(parents[0]!, "a"), join(parents[1]!, "much/deeper/and longer")];
    const zones = ["Pacific/Kiritimati", "America/Los_Angeles"];
    const hashes = [];
    for (const [index, root] of copies.entries()) {
      await addFiles(root, files);
      for (const path of Object.keys(files)) {
        const time = new Date(Date.UTC(2001 + 20 * index, 5, 15, 3 + index));
        await utimes(join(root, path), time, time);
      }
      // Another umask at the time of the checkout.
      if (index === 1) await chmod(join(root, "data/a.txt"), 0o664);
      await addFiles(root, { "worker/entry.mjs": `import "./part.js"; import("faast:module");` });
      await addFiles(root, { "worker/part.js": `console.log(require("os").EOL)` });
      const { stdout } = await node([printArchive, "src/functions.ts", "worker/entry.mjs"], {
        cwd: root,
        env: { TZ: zones[index] },
      });
      hashes.push(stdout.trim());
    }
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });

  it("has the same bytes wherever its worker is installed, and for a module outside of the root", async () => {
    const root = await project({});
    const archives = [];
    for (const name of ["one", "another/place"]) {
      const elsewhere = join(await temporaryDirectory(), name);
      await addFiles(elsewhere, {
        "f.ts": `import old from "./old.cjs"; export const f = old;`,
        "old.cjs": `module.exports = () => require("os").EOL;`,
        "worker.mjs": `/*! licence */ import old from "./old.cjs"; old(); import("faast:module");`,
      });
      const [module, entry] = [join(elsewhere, "f.ts"), join(elsewhere, "worker.mjs")];
      archives.push(await (await bundle({ module, entry, root })).archive());
    }
    expect(Buffer.compare(archives[0]!, archives[1]!)).toBe(0);
  });

  it("names no directory of the machine", async () => {
    const root = await project(files);
    const bundled = await bundle({
      module: "src/functions.ts",
      entry: workerEntry,
      root,
      packageJson: "package.json",
      include: ["data"],
    });
    for (const { path, content } of bundled.files) {
      expect([path, Buffer.from(content).includes(root)]).toEqual([path, false]);
    }
  });

  it("changes with the code", async () => {
    const root = await project(files);
    const options = {
      module: "src/functions.ts",
      root,
      esbuildOptions: { external: ["left-out"] },
    };
    const before = await (await bundle(options)).archive();
    await addFiles(root, { "src/lib/lazy.ts": `export const lazy = 2;` });
    const after = await (await bundle(options)).archive();
    expect(Buffer.compare(before, after)).not.toBe(0);
  });
});
