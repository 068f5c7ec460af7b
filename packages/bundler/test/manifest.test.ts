import { bundle, type BundleOptions } from "@faast/bundler";
import { project, removeTemporaryDirectories } from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

async function manifestOf(
  files: Readonly<Record<string, string>>,
  module: string,
  options: Partial<BundleOptions> = {},
) {
  const bundled = await bundle({ module, root: await project(files), ...options });
  const { exports, ...others } = await bundled.manifest();
  return { ...others, exports: Object.fromEntries(exports.map(({ key, kind }) => [key, kind])) };
}

describe("the manifest of an ES module", () => {
  const everyKind = `
    export function plain() {}
    export async function asynchronous() {}
    export function* generator() {}
    export async function* asyncGenerator() {}
    export const arrow = () => 1;
    export const asyncArrow = async () => 1;
    export const expression = async function* named() {};
    export class Class {}
    export const text = "text", count = -1, list = [1], object = { a: 1 }, template = \`\${1}\`;
    export const wrapped = wrap(() => 1);
    export const instance = new Proxy(() => 1, {});
    export const either = Math.random() > 2 ? async () => 1 : async () => 2;
    export const mixed = Math.random() > 2 ? async () => 1 : () => 2;
    let count_ = 0;
    function wrap(f) { count_ += 1; return f; }
    const inner = async () => 1;
    export { inner as renamed, inner as "a key" };
    export default async () => 1;
  `;
  const kinds = {
    plain: "function",
    asynchronous: "async",
    generator: "generator",
    asyncGenerator: "async-generator",
    arrow: "function",
    asyncArrow: "async",
    expression: "async-generator",
    Class: "class",
    text: "value",
    count: "value",
    list: "value",
    object: "value",
    template: "value",
    wrapped: "unknown",
    instance: "unknown",
    either: "async",
    mixed: "unknown",
    renamed: "async",
    "a key": "async",
    default: "async",
  };

  it("tells what each export is, where the source does", async () => {
    expect(await manifestOf({ "f.js": everyKind }, "f.js")).toEqual({
      format: "module",
      complete: true,
      exports: kinds,
    });
  });

  it.each([{ minify: true }, { keepNames: true }])(
    "says the same with %p",
    async (esbuildOptions) => {
      const { exports } = await manifestOf({ "f.js": everyKind }, "f.js", { esbuildOptions });
      expect(exports).toEqual(kinds);
    },
  );

  it("lists the exports by key", async () => {
    const root = await project({ "f.js": `export const b = 1, a = 2, B = 3;` });
    const { exports } = await (await bundle({ module: "f.js", root })).manifest();
    expect(exports.map(({ key }) => key)).toEqual(["B", "a", "b"]);
  });

  it("follows re-exports through the project and its packages", async () => {
    const files = {
      "f.ts": `export { a as b } from "./a.ts"; export * from "./star.ts"; export * as space from "./a.ts";
        import { a, default as d } from "./a.ts"; export { a, d };
        export { fromPackage } from "pkg"; export { old } from "./old.cjs";`,
      "a.ts": `export async function a() {}  export default class {}`,
      "star.ts": `export * from "./deep.ts"; export function* star() {}`,
      "deep.ts": `const once = async () => 1; const deep = once; export { deep };`,
      "old.cjs": `exports.old = () => 1;`,
      "node_modules/pkg/index.mjs": `export const fromPackage = async function* () {};`,
      "node_modules/pkg/package.json": `{"name": "pkg", "exports": "./index.mjs"}`,
    };
    expect(await manifestOf(files, "f.ts")).toEqual({
      format: "module",
      complete: true,
      exports: {
        a: "async",
        b: "async",
        d: "class",
        deep: "async",
        fromPackage: "async-generator",
        old: "unknown",
        space: "value",
        star: "generator",
      },
    });
  });

  it("never lists types", async () => {
    const files = {
      "f.ts": `export type T = string; export interface I {} export { Foo } from "./types.ts";
        import { Foo as Bar } from "./types.ts"; export { Bar }; export type { Foo as Baz } from "./types.ts";
        export declare function declared(): void; export enum Color { red }
        export async function f(x: Bar): Promise<T> { return String(x); }`,
      "types.ts": `export interface Foo { a: 1 }`,
    };
    expect((await manifestOf(files, "f.ts")).exports).toEqual({ Color: "value", f: "async" });
  });

  it("doubts what is assigned again", async () => {
    const source = `
      export let same = async () => 1; same = async () => 2;
      export let other = async () => 1; if (Math.random() > 2) other = () => 2;
      export let late; late = function* () {};
      export let bound = () => 1; ({ bound } = { bound: 5 });
      export const { destructured } = { destructured: () => 1 };`;
    expect((await manifestOf({ "f.js": source }, "f.js")).exports).toEqual({
      same: "async",
      other: "unknown",
      late: "generator",
      bound: "unknown",
      destructured: "unknown",
    });
  });

  it("sees through a module that its own files import again", async () => {
    const files = {
      "f.js": `export const f = async () => (await import("./lazy.js")).g(); export const h = async () => 1;`,
      "lazy.js": `import { h } from "./f.js"; export const g = async () => (await import("./f.js")).h();`,
    };
    expect((await manifestOf(files, "f.js")).exports).toEqual({ f: "async", h: "async" });
  });

  it("says the same of a bundle with large packages", async () => {
    const large = `export const filler = ${JSON.stringify("x".repeat(1_100_000))};`;
    const own = `import { filler } from "large"; export const size = async () => filler.length;`;
    const packages = {
      "node_modules/large/index.mjs": `${large} export const g = function* () {};`,
      "node_modules/large/package.json": `{"name": "large", "exports": "./index.mjs"}`,
    };
    const without = await manifestOf({ "f.js": own, ...packages }, "f.js");
    expect(without.exports).toEqual({ size: "async" });
    for (const reExport of [
      `export { g } from "large";`,
      `import { g } from "large"; const h = g; export { h as g };`,
    ]) {
      const { exports } = await manifestOf({ "f.js": own + reExport, ...packages }, "f.js");
      expect(exports).toEqual({ g: "generator", size: "async" });
    }
    const star = await manifestOf({ "f.js": `${own} export * from "large";`, ...packages }, "f.js");
    expect(star).toEqual({
      format: "module",
      complete: true,
      exports: { filler: "value", g: "generator", size: "async" },
    });
  });

  it("says that it is not complete when a package that is not bundled may export more", async () => {
    const files = {
      "f.js": `export * from "node:path"; export { EOL } from "node:os"; export const f = () => 1;`,
    };
    expect(await manifestOf(files, "f.js")).toEqual({
      format: "module",
      complete: false,
      exports: { EOL: "unknown", f: "function" },
    });
  });
});

describe("the manifest of a CommonJS module", () => {
  it.each([
    [
      "exports.key",
      `exports.a = async () => 1; exports["b c"] = function* () {}; module.exports.d = class {}; exports.e = 5;`,
      { a: "async", "b c": "generator", d: "class", e: "value" },
    ],
    [
      "module.exports = {...}",
      `const a = async () => 1; module.exports = { a, b() {}, async *c() {}, d: wrap(a), "e f": 1 }; function wrap(f) { return f; }`,
      { a: "async", b: "function", c: "async-generator", d: "unknown", "e f": "value" },
    ],
    [
      "an object of that name",
      `const api = { a: async () => 1 }; module.exports = api;`,
      { a: "async" },
    ],
    [
      "a function with properties",
      `module.exports = async function main() {}; module.exports.b = () => 1;`,
      { default: "async", b: "function" },
    ],
    [
      "compiled from an ES module",
      `"use strict"; Object.defineProperty(exports, "__esModule", { value: true });
       exports.default = exports.a = void 0; const a = async () => 1; exports.a = a;
       exports.default = function* () {}; Object.defineProperty(exports, "b", { enumerable: true, get: function () { return other.b; } });
       const other = require("./other.cjs");`,
      { default: "generator", a: "async", b: "unknown" },
    ],
    ["what another file exports", `module.exports = require("./other.cjs");`, { b: "function" }],
  ])("%s", async (_form, source, exports) => {
    const files = { "f.cjs": source, "other.cjs": `exports.b = () => 1;` };
    expect(await manifestOf(files, "f.cjs")).toEqual({
      format: "commonjs",
      complete: true,
      exports,
    });
  });

  it("reads TypeScript", async () => {
    const source = `const a = async (x: number): Promise<number> => x; export = { a };`;
    expect(await manifestOf({ "f.cts": source }, "f.cts")).toEqual({
      format: "commonjs",
      complete: true,
      exports: { a: "async" },
    });
  });

  it("says that it is not complete when keys are made at run time", async () => {
    const source = `exports.a = () => 1; for (const key of ["b", "c"]) exports[key] = () => 1;`;
    expect(await manifestOf({ "f.cjs": source }, "f.cjs")).toEqual({
      format: "commonjs",
      complete: false,
      exports: { a: "function" },
    });
    const spread = `module.exports = { ...require("node:path"), a: () => 1 };`;
    expect(await manifestOf({ "f.cjs": spread }, "f.cjs")).toMatchObject({
      complete: false,
      exports: { a: "function" },
    });
  });
});
