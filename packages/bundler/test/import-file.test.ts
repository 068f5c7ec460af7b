import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BundleError, importFile } from "@faast/bundler";
import {
  addFiles,
  node,
  project,
  rejection,
  removeTemporaryDirectories,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const config = `import { named } from "./part.js"; import pkg from "pkg";
  interface Shape { a: string }
  const url: string = import.meta.url;
  export const where = [url, import.meta.filename, import.meta.dirname, __filename, __dirname];
  export default { a: named, pkg } satisfies Shape & { pkg: unknown };`;

const files = {
  "faast.config.ts": config,
  "part.ts": `export const named: string = "own file";`,
  "node_modules/pkg/index.js": `module.exports = "package at " + __filename;`,
};

describe("importFile", () => {
  it("imports TypeScript, with its own files and the packages beside it", async () => {
    const root = await project(files);
    const file = join(root, "faast.config.ts");
    const { default: value, where } = await importFile(file);
    expect(value).toEqual({
      a: "own file",
      pkg: `package at ${join(root, "node_modules/pkg/index.js")}`,
    });
    expect(where).toEqual([pathToFileURL(file).href, file, root, file, root]);
    expect((await readdir(root)).sort()).toEqual(["faast.config.ts", "node_modules", "part.ts"]);
  });

  it("takes URLs and CommonJS", async () => {
    const root = await project({ "c.cjs": `module.exports = { a: require("os").EOL };` });
    const { default: value } = await importFile(pathToFileURL(join(root, "c.cjs")));
    expect(value).toEqual({ a: "\n" });
  });

  it("reads the file anew each time", async () => {
    const root = await project({ "c.ts": `export default 1;` });
    expect((await importFile(join(root, "c.ts"))).default).toBe(1);
    await addFiles(root, { "c.ts": `export default 2;` });
    expect((await importFile(join(root, "c.ts"))).default).toBe(2);
  });

  it("passes on what the file throws, and tidies up", async () => {
    const root = await project({ "c.ts": `throw new RangeError("from the file");` });
    const error = await rejection(importFile(join(root, "c.ts")));
    expect(error.message).toBe("from the file");
    expect(await readdir(root)).toEqual(["c.ts"]);
  });

  it("says where the file is wrong, or that it is missing", async () => {
    const root = await project({ "c.ts": `export default {\n  a: 1,,\n};` });
    const error = await rejection(importFile(join(root, "c.ts")));
    expect(error).toBeInstanceOf(BundleError);
    expect(error.message).toContain("c.ts:2:8");
    const missing = await rejection(importFile(join(root, "d.ts")));
    expect(missing).toMatchObject({ code: "FAAST_BUNDLE_MODULE" });
    expect(missing.message).toContain(join(root, "d.ts"));
  });

  it("works where the directory cannot be written to", async () => {
    const root = await project(files);
    // The permissions of a directory do not stop root.
    const script = `import { writeFileSync } from "node:fs";
      if (process.getuid?.() === 0) { process.setgid(65534); process.setuid(65534); }
      const { importFile } = await import("@faast/bundler");
      const file = process.argv[1];
      let writable = true;
      try { writeFileSync(file + ".probe", ""); } catch { writable = false; }
      const { default: value, where } = await importFile(file);
      console.log(JSON.stringify({ writable, value, where }));`;
    await chmod(root, 0o555);
    const here = new URL(".", import.meta.url);
    const { stdout } = await node(
      ["--input-type=module", "-e", script, join(root, "faast.config.ts")],
      { cwd: here.pathname },
    );
    await chmod(root, 0o755);
    const file = join(root, "faast.config.ts");
    expect(JSON.parse(stdout)).toMatchObject({
      writable: false,
      value: { a: "own file" },
      where: [pathToFileURL(file).href, file, root, file, root],
    });
  });
});
