import { callIn, Installation, project, removeTemporaryDirectories } from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

describe("a function of a CommonJS module is found by its key", () => {
  it.each([
    ["exports.key", "f", `exports.f = () => "called";`],
    ["module.exports.key", "f", `module.exports.f = () => "called";`],
    ["module.exports = {...}", "f", `const f = () => "called"; module.exports = { f };`],
    ["module.exports = function", "default", `module.exports = () => "called";`],
    [
      "a property of that function",
      "g",
      `module.exports = () => 1; module.exports.g = () => "called";`,
    ],
    [
      "module.exports = class",
      "make",
      `module.exports = class { static make() { return "called"; } };`,
    ],
    [
      "a compiled default export",
      "default",
      `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => "called";`,
    ],
    ["what another file exports", "f", `module.exports = require("./other.cjs");`],
  ])("%s", async (_form, key, source) => {
    const files = { "f.cjs": source, "other.cjs": `exports.f = () => "called";` };
    expect(await callIn(files, "f.cjs", key)).toBe("called");
  });

  it("in a .js file, by what it contains", async () => {
    expect(await callIn({ "f.js": `exports.f = () => "called";` }, "f.js", "f")).toBe("called");
  });

  it("in TypeScript", async () => {
    const source = `import os = require("node:os"); const f = (): string => os.EOL; export = { f };`;
    expect(await callIn({ "f.cts": source }, "f.cts", "f")).toBe("\n");
  });

  it("through an ES module that names it", async () => {
    const files = {
      "f.mjs": `export { a as b } from "./old.cjs"; export { default } from "./old.cjs";`,
      "old.cjs": `exports.a = () => "called";`,
    };
    const installation = await Installation.of({ module: "f.mjs", root: await project(files) });
    expect(await installation.call("b")).toEqual({ value: "called" });
    expect(await installation.call("a")).toEqual({ value: "called" });
  });
});
