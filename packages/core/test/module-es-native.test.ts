import { afterEach, describe, expect, test } from "@jest/globals";
import { createProject, type Project, type Run } from "./fixtures/module/project.ts";

const functions = `
export function hello(name) { return "hello " + name; }
export async function later() {}
`;
const others = `
export function hello(name) { return "other " + name; }
export async function later() { return 1; }
`;

let project: Project | undefined;

afterEach(async () => {
  await project?.[Symbol.asyncDispose]();
});

/** Runs `main.mjs` of a project. */
async function run(files: Readonly<Record<string, string>>, args = ["main.mjs"]): Promise<Run> {
  project = await createProject(files);
  return project.run(args);
}

describe("an ES module, in plain Node", () => {
  test("is found while its importer waits in a top-level await", async () => {
    const { located } = await run({
      "functions.mjs": functions,
      "main.mjs": `
        import { locate } from "driver";
        import * as funcs from "./functions.mjs";
        await locate(funcs);`,
    });
    expect(located).toEqual([{ file: "functions.mjs", callers: ["main.mjs"] }]);
  });

  test("is told from a module with the same exports", async () => {
    const { located } = await run({
      "one.mjs": functions,
      "two.mjs": others,
      "same.mjs": functions,
      "main.mjs": `
        import { locate } from "driver";
        import * as one from "./one.mjs";
        import * as two from "./two.mjs";
        import * as same from "./same.mjs";
        await locate(one);
        await locate(two);
        await locate(same);`,
    });
    expect(located.map(({ file }) => file)).toEqual(["one.mjs", "two.mjs", "same.mjs"]);
  });

  test("is found behind a barrel, and a barrel is found itself", async () => {
    const { located } = await run({
      "lib/functions.mjs": functions,
      "lib/more.mjs": `export function* count() {}`,
      "lib/index.mjs": `export * as funcs from "./functions.mjs";
        export * from "./functions.mjs";
        export * from "./more.mjs";`,
      "main.mjs": `
        import { locate } from "driver";
        import * as all from "./lib/index.mjs";
        await locate(all.funcs);
        await locate(all);`,
    });
    expect(located.map(({ file }) => file)).toEqual(["lib/functions.mjs", "lib/index.mjs"]);
  });

  test("is found when the user's own helper, in another file, makes the call", async () => {
    const { located } = await run({
      "functions.mjs": functions,
      "helper.mjs": `
        import { locate } from "driver";
        export const runAll = async (module) => await locate(module);`,
      "main.mjs": `
        import * as funcs from "./functions.mjs";
        import { runAll } from "./helper.mjs";
        await runAll(funcs);`,
    });
    expect(located).toEqual([{ file: "functions.mjs", callers: ["helper.mjs", "main.mjs"] }]);
  });

  test("is found when the helper is in a package, and calls after the caller has left the stack", async () => {
    const { located } = await run({
      "node_modules/helper/package.json": `{ "name": "helper", "type": "module", "exports": "./index.js" }`,
      "node_modules/helper/index.js": `
        import { locate } from "driver";
        export const runLater = (module, done) => setTimeout(() => locate(module).then(done), 1);`,
      "functions.mjs": functions,
      "main.mjs": `
        import * as funcs from "./functions.mjs";
        import { runLater } from "helper";
        runLater(funcs, () => {});`,
    });
    expect(located).toEqual([{ file: "functions.mjs", callers: ["node_modules/helper/index.js"] }]);
  });

  test("is found in an installed package", async () => {
    const { located } = await run({
      "node_modules/tools/package.json": `{
        "name": "tools", "type": "module",
        "exports": { "./jobs": { "require": "./no.cjs", "import": "./src/jobs.js" } } }`,
      "node_modules/tools/src/jobs.js": functions,
      "main.mjs": `
        import { locate } from "driver";
        import * as jobs from "tools/jobs";
        await locate(jobs);`,
    });
    expect(located[0]?.file).toBe("node_modules/tools/src/jobs.js");
  });

  test("is found by an import of its own package, and by a # import under a custom condition", async () => {
    const { located } = await run(
      {
        "package.json": `{ "name": "project", "type": "module",
          "exports": { "./functions": "./src/functions.js" },
          "imports": { "#others": { "special": "./src/others.js", "default": "./src/none.js" } } }`,
        "src/functions.js": functions,
        "src/others.js": others,
        "main.mjs": `
          import { locate } from "driver";
          import * as funcs from "project/functions";
          import * as others from "#others";
          await locate(funcs);
          await locate(others);`,
      },
      ["--conditions=special", "main.mjs"],
    );
    expect(located.map(({ file }) => file)).toEqual(["src/functions.js", "src/others.js"]);
  });

  test("is found when it has a top-level await itself", async () => {
    const { located } = await run({
      "functions.mjs": `${functions}\nawait new Promise((resolve) => setTimeout(resolve, 20));`,
      "main.mjs": `
        import { locate } from "driver";
        import * as funcs from "./functions.mjs";
        await locate(funcs);`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
  });

  test("is found in a cycle with an importer that waits for it", async () => {
    const { located } = await run({
      "functions.mjs": `import { size } from "./main.mjs";\n${functions}\nexport const twice = () => size * 2;`,
      "main.mjs": `
        import { locate } from "driver";
        import * as funcs from "./functions.mjs";
        export const size = 1;
        await locate(funcs);
        console.log("done");`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
  });

  test("is found in a cycle where others have the same exports", async () => {
    const { located } = await run({
      "a.mjs": `import "./main.mjs";\n${functions}`,
      "b.mjs": `import "./main.mjs";\n${others}`,
      "main.mjs": `
        import { locate } from "driver";
        import * as a from "./a.mjs";
        import * as b from "./b.mjs";
        await locate(b);`,
    });
    expect(located[0]?.file).toBe("b.mjs");
  });

  test("is found when it is the caller", async () => {
    const { located } = await run({
      "main.mjs": `
        import { locate } from "driver";
        import * as self from "./main.mjs";
        ${functions}
        await locate(self);`,
    });
    expect(located[0]?.file).toBe("main.mjs");
  });

  test("is found when a literal dynamic import loaded it, whose rivals are not run", async () => {
    const { located, lines } = await run({
      "functions.mjs": functions,
      "different.mjs": `console.log("ran"); export const different = () => 1;`,
      "main.mjs": `
        import { locate } from "driver";
        if (process.argv.length > 99) await import("./different.mjs");
        const funcs = await import("./functions.mjs");
        await locate(funcs);`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
    expect(lines).toEqual([]);
  });

  test("is found when nothing in the source tells what was imported", async () => {
    const { located } = await run({
      "jobs/one.mjs": functions,
      "jobs/two.mjs": others,
      "jobs/index.mjs": `export * from "./one.mjs"; export const extra = () => 1;`,
      "main.mjs": `
        import { locate } from "driver";
        import "./jobs/one.mjs";
        for (const name of ["two", "index"]) await locate(await import("./jobs/" + name + ".mjs"));`,
    });
    expect(located.map(({ file }) => file)).toEqual(["jobs/two.mjs", "jobs/index.mjs"]);
  });

  test("is found when a one-line program imports it", async () => {
    const program = `import { locate } from "driver"; locate(await import("./functions.mjs"))`;
    const { located } = await run({ "functions.mjs": functions }, [
      "--input-type=module",
      "--eval",
      program,
    ]);
    expect(located).toEqual([{ file: "functions.mjs", callers: [] }]);
  });

  test("is found when it was imported with a query, which makes it another instance", async () => {
    const { located } = await run({
      "functions.mjs": functions,
      "others.mjs": others,
      "main.mjs": `
        import { locate } from "driver";
        import * as others from "./others.mjs?version=1";
        import * as funcs from "./functions.mjs?version=2";
        await locate(funcs);`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
  });

  test("is found when the intrinsic objects are frozen, `Error` among them", async () => {
    const { located } = await run(
      {
        "functions.mjs": functions,
        "main.mjs": `
          import { locate } from "driver";
          import * as funcs from "./functions.mjs";
          await locate(funcs);`,
      },
      ["--frozen-intrinsics", "main.mjs"],
    );
    expect(located).toEqual([{ file: "functions.mjs", callers: ["main.mjs"] }]);
  });

  test("is found when it exports `then`", async () => {
    const { located } = await run({
      "functions.mjs": `export function then(resolve) { resolve(1); }\nexport const hello = () => 1;`,
      "main.mjs": `
        import { locate } from "driver";
        import * as funcs from "./functions.mjs";
        await locate(funcs);`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
  });

  test("is found beside a dynamic import of the same exports, which is not run", async () => {
    const { located, lines } = await run({
      "functions.mjs": functions,
      "never.mjs": `console.log("ran"); ${others}`,
      "main.mjs": `
        import { locate } from "driver";
        if (process.argv.length > 99) await import("./never.mjs");
        await locate(await import(["./functions", "mjs"].join(".")));`,
    });
    expect(located[0]?.file).toBe("functions.mjs");
    expect(lines).toEqual([]);
  });

  test("is found when the caller is TypeScript with JSX, which names it as JavaScript", async () => {
    const { located } = await run({
      "functions.ts": functions,
      "types.ts": `export interface Size { width: number }`,
      "caller.tsx": `
        import type { Size } from "./types.js";
        import * as funcs from "./functions.js";
        export const view = (size: Size) => <p title={\`a\`}>don't {size.width}</p>;`,
      // Stands for a loader which compiles TypeScript.
      "hooks.mjs": `
        import { readFileSync } from "node:fs";
        export const resolve = (specifier, context, next) =>
          next(specifier.replace("functions.js", "functions.ts"), context);
        export const load = (url, context, next) =>
          url.endsWith(".tsx") ? {
            format: "module", shortCircuit: true, source: \`
              import { locate } from "driver";
              import * as funcs from "./functions.js";
              await locate(funcs);\`,
          } : url.endsWith(".ts") ? {
            format: "module", shortCircuit: true, source: readFileSync(new URL(url)),
          } : next(url, context);`,
      "main.mjs": `
        import { register } from "node:module";
        register("./hooks.mjs", import.meta.url);
        await import("./" + "caller.tsx");`,
    });
    expect(located[0]?.file).toBe("functions.ts");
    expect(located[0]?.callers[0]).toBe("caller.tsx");
  });

  test("is not confused with another when it cannot be found", async () => {
    const { located } = await run({
      "similar.mjs": functions,
      "main.mjs": `
        import { locate } from "driver";
        import "./similar.mjs";
        const text = "export function hello(name) {}; export async function later() { return 2; }";
        await locate(await import("data:text/javascript," + encodeURIComponent(text)));`,
    });
    const [{ error = "" } = {}] = located;
    expect(error).toMatch(/^Could not find file for module which exports `hello`, `later`: /);
    expect(error).toContain("main.mjs");
    expect(error).toMatch(/\d+ candidate files examined/);
    expect(error).toContain(`new URL("./functions.js", import.meta.url)`);
    expect(error).toContain(`export const FAAST_URL = import.meta.url`);
  });
});
