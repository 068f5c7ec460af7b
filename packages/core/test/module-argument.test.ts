import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { FaastModuleError } from "@faast/core";
import { locateModule } from "../dist/module/index.js";
import * as here from "./fixtures/module/greetings.ts";
import { createProject, type Project } from "./fixtures/module/project.ts";

let project: Project;
let working: string;

beforeAll(async () => {
  working = process.cwd();
  project = await createProject({
    "plain.js": "export {};",
    "typed.ts": "export {};",
    "component.tsx": "export {};",
    "module.mts": "export {};",
    "script.cts": "export {};",
    "a file #1?.js": "export {};",
    "app/main.js": "export {};",
    "app/jobs.js": "export {};",
    "app/plain.js": "export {};",
    "lib/index.ts": "export {};",
  });
  await mkdir(join(project.folder, "directory"));
  process.chdir(project.folder);
});

afterAll(async () => {
  process.chdir(working);
  await project[Symbol.asyncDispose]();
});

const caller = () => join(project.folder, "app/main.js");

async function fileOf(module: unknown, callers: readonly string[] = [caller()]) {
  return (await locateModule(module, callers)).file.slice(project.folder.length + 1);
}

describe("a module given by its file", () => {
  test("may be a URL, a file: string, or a path, absolute or relative", async () => {
    const path = join(project.folder, "plain.js");
    expect(await fileOf(pathToFileURL(path))).toBe("plain.js");
    expect(await fileOf(pathToFileURL(path).href)).toBe("plain.js");
    expect(await fileOf(path)).toBe("plain.js");
    expect(await fileOf("./plain.js")).toBe("plain.js");
    expect(await fileOf("plain.js")).toBe("plain.js");
  });

  test("gives no exports, as none were loaded", async () => {
    expect(await locateModule(join(project.folder, "plain.js"), [])).toEqual({
      file: join(project.folder, "plain.js"),
    });
  });

  test("counts from the working directory, then from the folder of the nearest caller", async () => {
    expect(await fileOf("./plain.js")).toBe("plain.js");
    expect(await fileOf("./jobs.js")).toBe("app/jobs.js");
    await expect(fileOf("./jobs.js", [])).rejects.toThrow(FaastModuleError);
  });

  test("may be called by what its TypeScript compiles to, or without extension", async () => {
    expect(await fileOf("./typed.js")).toBe("typed.ts");
    expect(await fileOf("./component.jsx")).toBe("component.tsx");
    expect(await fileOf("./component.js")).toBe("component.tsx");
    expect(await fileOf("./module.mjs")).toBe("module.mts");
    expect(await fileOf("./script.cjs")).toBe("script.cts");
    expect(await fileOf("./typed")).toBe("typed.ts");
    expect(await fileOf("./plain")).toBe("plain.js");
    expect(await fileOf("./lib")).toBe("lib/index.ts");
  });

  test("may have unusual characters in its name, and a query in its URL", async () => {
    const path = join(project.folder, "a file #1?.js");
    expect(await fileOf(path)).toBe("a file #1?.js");
    expect(await fileOf(`${pathToFileURL(path).href}?version=2#top`)).toBe("a file #1?.js");
  });

  test("must exist: the error lists what was tried", async () => {
    const error = (await fileOf("./missing.js").catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(FaastModuleError);
    expect(error.name).toBe("FaastModuleError");
    expect(error.message).toContain("Could not find file for module './missing.js'");
    expect(error.message).toContain(`\n  ${join(project.folder, "missing.js")}\n`);
    expect(error.message).toContain(`\n  ${join(project.folder, "app/missing.js")}\n`);
    expect(error.message).toContain("import.meta.url");
  });

  test.each(["./directory", "", "https://example.com/functions.js", "node:fs", "file://host/a.js"])(
    "must be a file: %j is refused",
    async (reference) => {
      await expect(fileOf(reference)).rejects.toThrow(/^Could not find file for module/);
    },
  );
});

describe("a module that tells where it is", () => {
  test("may export FAAST_URL as a URL, a file: string or a path", async () => {
    const path = join(project.folder, "plain.js");
    for (const FAAST_URL of [pathToFileURL(path), pathToFileURL(path).href, path]) {
      const module = { FAAST_URL, hello() {} };
      expect(await locateModule(module, [])).toEqual({ file: path, exports: module });
    }
  });

  test("is refused when FAAST_URL is wrong", async () => {
    await expect(fileOf({ FAAST_URL: 42 })).rejects.toThrow("FAAST_URL must be a URL or a string");
    await expect(fileOf({ FAAST_URL: "./missing.js" })).rejects.toThrow("missing.js");
  });
});

describe("what is no module", () => {
  class Job {}
  test.each<[string, unknown]>([
    ["a number", 42],
    ["undefined", undefined],
    ["null", null],
    ["a symbol", Symbol("s")],
    ["an array", [() => 1]],
    ["a function", () => 1],
    ["a class", Job],
    ["a promise", Promise.resolve(here)],
    ["an object that is not a module, with `hello`", { hello() {} }],
    ["an object that is not a module, with nothing", {}],
    ["an object that is not a module, with nothing", new Job()],
  ])("is refused: %s", async (description, argument) => {
    const error = (await fileOf(argument).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(FaastModuleError);
    expect(error.message).toContain("Could not find file for module");
    expect(error.message).toContain(description);
    expect(error.message).toContain(`import * as m from "./file"`);
  });

  test("is refused when its members cannot be read", async () => {
    const throwing = {
      get FAAST_URL(): string {
        throw new Error("no");
      },
    };
    await expect(fileOf(throwing)).rejects.toThrow("Could not find file for module");
  });
});
