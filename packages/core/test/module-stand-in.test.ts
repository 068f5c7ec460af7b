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

/** The permission model forbids the inspector. */
const withoutInspector = [
  process.allowedNodeEnvironmentFlags.has("--permission")
    ? "--permission"
    : "--experimental-permission",
  "--allow-fs-read=*",
];

let project: Project | undefined;

afterEach(async () => {
  await project?.[Symbol.asyncDispose]();
});

/** Runs `main.mjs` of a project. */
async function run(files: Readonly<Record<string, string>>, args = ["main.mjs"]): Promise<Run> {
  project = await createProject(files);
  return project.run(args);
}

describe("the stand-in for a namespace, as a module runner makes it", () => {
  /** Evaluates a file as vite does: as a script of that name, whose exports are put on an object. */
  const runner = `
    import { readFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    import { runInThisContext } from "node:vm";
    export function evaluate(url) {
      const names = [];
      const body = readFileSync(url, "utf8").replace(
        /export ((?:async )?function) (\\w+)/g, (_, keyword, name) => { names.push(name); return keyword + " " + name; });
      const code = "(() => {" + body + "; return {" + names + "} })()";
      const exports = runInThisContext(code, { filename: fileURLToPath(url) });
      return Object.defineProperty({ ...exports, __proto__: null }, Symbol.toStringTag, { value: "Module" });
    }`;
  const rivals = {
    "runner.mjs": runner,
    "functions.mjs": `console.log("functions ran"); ${functions}`,
    "others.mjs": `console.log("others ran"); ${others}`,
  };

  test("is found by where its functions are defined, without running a file again", async () => {
    const { located, lines } = await run({
      ...rivals,
      "main.mjs": `
        import { locate } from "driver";
        import { evaluate } from "./runner.mjs";
        for (const name of ["functions", "others"]) {
          await locate(evaluate(new URL("./" + name + ".mjs", import.meta.url)));
        }`,
    });
    expect(located.map(({ file }) => file)).toEqual(["functions.mjs", "others.mjs"]);
    expect(lines).toEqual(["functions ran", "others ran"]);
  });

  test("is found by its exports without the inspector, if there is but one such file", async () => {
    const main = (imports: string) => `
      import { locate } from "driver";
      import { evaluate } from "./runner.mjs";
      ${imports}
      await locate(evaluate(new URL("./functions.mjs", import.meta.url)));`;
    const { located } = await run(
      {
        ...rivals,
        "one.mjs": main(`const unused = () => import("./functions.mjs");`),
        "two.mjs": main(
          `const unused = () => [import("./functions.mjs"), import("./others.mjs")];`,
        ),
        "main.mjs": `await import("./" + "one.mjs"); await import("./" + "two.mjs");`,
      },
      [...withoutInspector, "main.mjs"],
    );
    expect(located[0]?.file).toBe("functions.mjs");
    expect(located[1]?.error).toContain(`new URL("./functions.js", import.meta.url)`);
  });
});

describe("an ES module, where the inspector is forbidden", () => {
  test("is found in a cycle with an importer that waits for it", async () => {
    const { located } = await run(
      {
        "functions.mjs": `import "./main.mjs";\n${functions}`,
        "main.mjs": `
          import { locate } from "driver";
          import * as funcs from "./functions.mjs";
          await locate(funcs);`,
      },
      [...withoutInspector, "main.mjs"],
    );
    expect(located[0]?.file).toBe("functions.mjs");
  });

  test("is found deep in a package", async () => {
    const { located } = await run(
      {
        "node_modules/tools/package.json": `{ "name": "tools", "type": "module", "exports": "./index.js" }`,
        "node_modules/tools/index.js": `export * as jobs from "./jobs.js";`,
        "node_modules/tools/jobs.js": functions,
        "main.mjs": `
          import { locate } from "driver";
          import { jobs } from "tools";
          await locate(jobs);`,
      },
      [...withoutInspector, "main.mjs"],
    );
    expect(located[0]?.file).toBe("node_modules/tools/jobs.js");
  });
});
