import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import nodeModule from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const compiled = fileURLToPath(new URL("../dist/worker/layer-imports.js", import.meta.url));

/** Directories as Lambda has them: code here, layers there. The emulator puts links beside the code. */
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "layer-imports-")));
  const layer = join("opt", "nodejs", "node_modules");
  await write(join(layer, "modern", "package.json"), {
    type: "module",
    exports: { ".": { import: "./esm.js", require: "./cjs.cjs" }, "./part": "./part.js" },
  });
  await write(join(layer, "modern", "esm.js"), 'export { value } from "@scope/inner";');
  await write(join(layer, "modern", "cjs.cjs"), 'exports.value = "required";');
  await write(join(layer, "modern", "part.js"), 'export const value = "a part";');
  await write(join(layer, "@scope", "inner", "package.json"), { main: "inner.js" });
  await write(join(layer, "@scope", "inner", "inner.js"), 'exports.value = "imported";');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content: string | object): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
}

/** What a module in the place of a function's code exports as `value`; or the code of its failure. */
async function valueOf(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  await write(join("task", "user.mjs"), code);
  const program = `
    import { importFromLayers } from ${JSON.stringify(pathToFileURL(compiled).href)};
    importFromLayers();
    import(${JSON.stringify(pathToFileURL(join(folder, "task", "user.mjs")).href)}).then(
      ({ value }) => process.stdout.write(value),
      ({ code, message }) => process.stdout.write(code + " " + message),
    );`;
  const paths = [join(folder, "opt/nodejs/node_modules"), join(folder, "opt/nodejs")];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { env: { ...process.env, NODE_PATH: paths.join(":"), FAAST_LAYER: "true", ...env } },
  );
  return stdout;
}

// Every Node that Lambda lets be created has these hooks.
const hasHooks = "registerHooks" in nodeModule;

(hasHooks ? describe : describe.skip)("packages of a layer", () => {
  it("are found by `import`, with what they import themselves", async () => {
    expect(await valueOf('export { value } from "modern";')).toBe("imported");
    expect(await valueOf('export { value } from "modern/part";')).toBe("a part");
    expect(await valueOf('export const { value } = await import("modern");')).toBe("imported");
  });

  it("are found by `require`, as ever", async () => {
    const code =
      'import { createRequire } from "node:module";' +
      'export const { value } = createRequire(import.meta.url)("modern");';
    expect(await valueOf(code)).toBe("required");
  });

  it("come after what lies beside the code", async () => {
    const beside = join("task", "node_modules", "modern");
    await write(join(beside, "package.json"), { type: "module", exports: "./own.js" });
    await write(join(beside, "own.js"), 'export const value = "beside";');
    expect(await valueOf('export { value } from "modern";')).toBe("beside");
  });

  it("that are missing, or do not export what is asked for, are named as ever", async () => {
    const missing = await valueOf('export { value } from "not-there";');
    expect(missing).toMatch(/^ERR_MODULE_NOT_FOUND .*'not-there' imported from .*user\.mjs/);
    const closed = await valueOf('export { value } from "modern/inside";');
    expect(closed).toMatch(/^ERR_PACKAGE_PATH_NOT_EXPORTED .*inside/);
    const file = await valueOf('export { value } from "./nowhere.mjs";');
    expect(file).toMatch(/^ERR_MODULE_NOT_FOUND .*nowhere\.mjs/);
  });

  it("are not looked for in a function without one", async () => {
    const code = 'export { value } from "modern";';
    expect(await valueOf(code, { FAAST_LAYER: undefined })).toMatch(/^ERR_MODULE_NOT_FOUND/);
  });
});
