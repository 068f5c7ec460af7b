import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { node, project, removeTemporaryDirectories } from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const children = fileURLToPath(new URL("./fixtures/children.mjs", import.meta.url));

describe("esbuild", () => {
  it("is loaded when needed, leaves no process, and is not the user's own", async () => {
    const root = await project({ "f.mjs": `export const f = () => 1;` });
    const { stdout } = await node([children, join(root, "f.mjs")]);
    expect(JSON.parse(stdout)).toEqual({
      loadedByImport: false,
      afterBundles: 0,
      cachedAfter: false,
      same: true,
      rebuilt: "1;\n",
      beside: 1,
    });
  });

  it("and the other libraries are not loaded by the import of this package", async () => {
    const hook = `export async function resolve(name, context, next) {
      process._rawDebug("resolved " + name); return next(name, context); }`;
    const script = `import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hook)}));
      await import("@faast/bundler");
      // esbuild is required, which the hook does not see, and needs this.
      const { moduleLoadList } = process;
      console.log(moduleLoadList.includes("NativeModule child_process"));`;
    const here = fileURLToPath(new URL(".", import.meta.url));
    const { stdout, stderr } = await node(["--input-type=module", "-e", script], { cwd: here });
    const resolved = [...stderr.matchAll(/^resolved (.*)$/gm)].map(([, name]) => name);
    expect(resolved).toContain("node:fs/promises");
    expect(resolved.filter((name) => !/^(\.|node:|@faast\/)/.test(name!))).toEqual([]);
    expect(stdout).toBe("false\n");
  });

  it("works for a program that loads this package with require()", async () => {
    const script = `const { bundle } = require("@faast/bundler");
      bundle({ module: process.argv[1] }).then(({ modulePath }) => console.log(modulePath));`;
    const root = await project({ "f.mjs": `export const f = () => 1;` });
    const here = fileURLToPath(new URL(".", import.meta.url));
    // require() of an ES module needs a flag before Node 20.19 and 22.12 only.
    const { stdout } = await node(["-e", script, join(root, "f.mjs")], { cwd: here });
    expect(stdout).toBe("f.mjs\n");
  });
});
