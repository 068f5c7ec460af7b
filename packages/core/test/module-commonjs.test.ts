import { afterEach, describe, expect, test } from "@jest/globals";
import { createProject, type Project, type Run } from "./fixtures/module/project.ts";

const functions = `
exports.hello = function hello(name) { return "hello " + name; };
exports.later = async () => {};
`;

let project: Project | undefined;

afterEach(async () => {
  await project?.[Symbol.asyncDispose]();
});

async function run(files: Readonly<Record<string, string>>, main: string): Promise<Run> {
  project = await createProject(files);
  return project.run(["--disable-warning=ExperimentalWarning", main]);
}

async function filesOf(files: Readonly<Record<string, string>>, main: string) {
  const { located } = await run(files, main);
  return located.map(({ file, error }) => file ?? error);
}

describe("a CommonJS module, in plain Node", () => {
  test("is found when it was required", async () => {
    const { located } = await run(
      {
        "functions.cjs": functions,
        "main.cjs": `require("driver").locate(require("./functions.cjs"));`,
      },
      "main.cjs",
    );
    expect(located).toEqual([{ file: "functions.cjs", callers: ["main.cjs"] }]);
  });

  test("is found when an ES module imports its default, or its namespace", async () => {
    const files = {
      "functions.cjs": functions,
      "same.cjs": functions,
      "main.mjs": `
        import { locate } from "driver";
        import funcs, * as namespace from "./functions.cjs";
        import * as same from "./same.cjs";
        await locate(funcs);
        await locate(namespace);
        await locate(same);`,
    };
    expect(await filesOf(files, "main.mjs")).toEqual([
      "functions.cjs",
      "functions.cjs",
      "same.cjs",
    ]);
  });

  test("is the one that defines the exports, not the ones that pass them on", async () => {
    const files = {
      "functions.cjs": functions,
      "index.cjs": `module.exports = require("./functions.cjs");`,
      "outer.cjs": `module.exports = require("./index.cjs");`,
      "copy.cjs": `module.exports = { ...require("./functions.cjs") };`,
      "main.cjs": `
        const { locate } = require("driver");
        const outer = require("./outer.cjs");
        locate(outer).then(() => locate(require("./copy.cjs")));`,
    };
    expect(await filesOf(files, "main.cjs")).toEqual(["functions.cjs", "copy.cjs"]);
  });

  test("is found through the copies that compilers make of its exports", async () => {
    const files = {
      "functions.cjs": functions,
      "flagged.cjs": `Object.defineProperty(exports, "__esModule", { value: true });
        Object.defineProperty(exports, "hi", { enumerable: true, get: () => hi });
        function hi() {}`,
      "main.cjs": `
        const { locate } = require("driver");
        const copy = (from, extra) => Object.keys(from).reduce(
          (to, key) => Object.defineProperty(to, key, { enumerable: true, get: () => from[key] }), extra);
        const funcs = require("./functions.cjs");
        const flagged = require("./flagged.cjs");
        locate(copy(funcs, { default: funcs }))
          .then(() => locate(copy(funcs, {})))
          .then(() => locate(copy(flagged, Object.create(null))));`,
    };
    expect(await filesOf(files, "main.cjs")).toEqual([
      "functions.cjs",
      "functions.cjs",
      "flagged.cjs",
    ]);
  });

  test("is found without running the getters of modules that are not it", async () => {
    const { located, lines } = await run(
      {
        "functions.cjs": functions,
        "lazy.cjs": `module.exports = { get hello() { console.log("ran"); return 1; } };`,
        "main.cjs": `
          const { locate } = require("driver");
          require("./lazy.cjs");
          locate({ ...require("./functions.cjs") });`,
      },
      "main.cjs",
    );
    expect(located[0]?.file).toBe("functions.cjs");
    expect(lines).toEqual([]);
  });

  test("is not taken for an ES module that passes on its exports and has its own", async () => {
    const files = {
      "functions.cjs": functions,
      "wrapper.mjs": `import funcs from "./functions.cjs";
        export default funcs;
        export const extra = () => 1;`,
      "main.mjs": `
        import { locate } from "driver";
        import * as wrapper from "./wrapper.mjs";
        await locate(wrapper);`,
    };
    expect(await filesOf(files, "main.mjs")).toEqual(["wrapper.mjs"]);
  });

  test("is found when its function is the whole of its exports", async () => {
    const files = {
      "single.cjs": `module.exports = function single() {};`,
      "main.mjs": `
        import { locate } from "driver";
        import * as single from "./single.cjs";
        await locate(single);`,
    };
    expect(await filesOf(files, "main.mjs")).toEqual(["single.cjs"]);
  });
});

describe("an ES module that CommonJS loads", () => {
  const esm = `export function hello() {}\nexport const later = async () => {};`;

  test("is found when it was required", async () => {
    const files = {
      "functions.mjs": esm,
      "with-default.mjs": `${esm}\nexport default function main() {}`,
      "main.cjs": `
        const { locate } = require("driver");
        locate(require("./functions.mjs")).then(() => locate(require("./with-default.mjs")));`,
    };
    expect(await filesOf(files, "main.cjs")).toEqual(["functions.mjs", "with-default.mjs"]);
  });

  test("is found when it was imported", async () => {
    const files = {
      "functions.mjs": esm,
      "main.cjs": `
        const { locate } = require("driver");
        (async () => locate(await import("./functions.mjs")))();`,
    };
    expect(await filesOf(files, "main.cjs")).toEqual(["functions.mjs"]);
  });
});

describe("objects that are no module", () => {
  test("are refused, with what to write", async () => {
    const { located } = await run(
      {
        "functions.cjs": functions,
        "empty.cjs": ``,
        "main.mjs": `
          import { locate } from "driver";
          import { hello } from "./functions.cjs";
          import "./empty.cjs";
          await locate({ hello() {}, async later() {} });
          await locate({ hello });
          await locate({});`,
      },
      "main.mjs",
    );
    expect(located).toHaveLength(3);
    for (const { error } of located) {
      expect(error).toContain("Could not find file for module");
      expect(error).toContain(`import * as m from "./file"`);
    }
  });
});
