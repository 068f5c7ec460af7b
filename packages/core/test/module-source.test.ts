import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, describe, test } from "@jest/globals";
import { importWithin } from "../dist/module/bounded-import.js";
import { scanImports } from "../dist/module/import-scan.js";
import { createProject } from "./fixtures/module/project.ts";

describe("scanning imports that the lexer does not understand", () => {
  const specifiers = (source: string) =>
    scanImports(source).map(({ specifier, dynamic }) =>
      dynamic ? `dynamic ${specifier}` : specifier,
    );

  test("finds every way to import", () => {
    const source = `#!/usr/bin/env node
      import "./effect.js";
      import one from './one.js'
      import * as two from "./two.js"; import { a as b,
        c } from "./three.js";
      export * from "./four.js";
      export * as five from "./five.js";
      export { default as d } from "./six.js";
      import type from "./seven.js";
      import fs = require("./eight.cjs");
      const later = await import('./nine.js');
      import json from "./ten.json" with { type: "json" };`;
    expect(specifiers(source)).toEqual([
      "./effect.js",
      "./one.js",
      "./two.js",
      "./three.js",
      "./four.js",
      "./five.js",
      "./six.js",
      "./seven.js",
      "./eight.cjs",
      "dynamic ./nine.js",
      "./ten.json",
    ]);
  });

  test("passes over types, comments, strings and templates", () => {
    const source = `
      import type { A } from "./type.js";
      export type { B } from "./type.js";
      // import a from "./comment.js";
      /*
      import a from "./comment.js";
      */
      const text = 'import a from "./string.js"';
      const template = \`
      import a from "./template.js";
      \`;
      export const from = "./value.js";`;
    expect(specifiers(source)).toEqual([]);
  });

  test("is not derailed by the text of JSX", () => {
    const source = `
      import a from "./a.js";
      export const View = () => <p title="x">don't "quote</p>;
      const later = () => import("./b.js");`;
    expect(specifiers(source)).toEqual(["./a.js", "dynamic ./b.js"]);
  });
});

describe("importing with a deadline", () => {
  test("gives up on a module that never finishes, and reports one that fails", async () => {
    await using project = await createProject({
      "never.mjs": "await new Promise(() => {});",
      "fails.mjs": "throw new Error('no');",
      "works.mjs": "export const then = 1, value = 2;",
    });
    const url = (name: string) => pathToFileURL(join(project.folder, name)).href;
    expect(await importWithin(url("never.mjs"), 10)).toEqual({ status: "pending" });
    expect(await importWithin(url("fails.mjs"), 60_000)).toEqual({ status: "failed" });
    const outcome = await importWithin(url("works.mjs"), 60_000);
    expect(outcome).toMatchObject({ status: "loaded", namespace: { value: 2 } });
  });
});
