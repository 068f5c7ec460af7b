import { bundle, type EsbuildOptions } from "@faast/bundler";
import {
  Installation,
  project,
  rejection,
  removeTemporaryDirectories,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

async function callWith(files: Record<string, string>, esbuildOptions: EsbuildOptions) {
  const root = await project(files);
  return (await Installation.of({ module: "src/f.tsx", root, esbuildOptions })).call("f");
}

describe("esbuildOptions", () => {
  it("define, alias, load and inject", async () => {
    const files = {
      "src/f.tsx": `import text from "./query.sql"; import os from "system"; declare const VERSION: string;
        export const f = () => [VERSION, text, os.EOL, injected, (<b>x</b>)];`,
      "src/query.sql": "select 1",
      "src/injected.js": `export const injected = "from inject"; export const h = (...all) => all;`,
    };
    const answer = await callWith(files, {
      define: { VERSION: '"1.0"' },
      alias: { system: "node:os" },
      loader: { ".sql": "text" },
      inject: ["./src/injected.js"],
      jsxFactory: "h",
    });
    expect(answer).toEqual({ value: ["1.0", "select 1", "\n", "from inject", ["b", null, "x"]] });
  });

  it("add plugins, a banner, and packages to leave out", async () => {
    const root = await project({
      "f.ts": `import made from "virtual:made"; import("left-out").catch(() => {}); export const f = () => [made, globalThis.banner];`,
    });
    const esbuildOptions: EsbuildOptions = {
      banner: { js: "globalThis.banner = typeof require;" },
      external: ["left-out"],
      plugins: [
        {
          name: "virtual",
          setup(build) {
            // A RegExp of the realm that esbuild checks against.
            build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({
              path,
              namespace: "virtual",
            }));
            build.onLoad({ filter: /.*/, namespace: "virtual" }, () => ({
              contents: `export default "made"`,
            }));
          },
        },
      ],
    };
    const installation = await Installation.of({ module: "f.ts", root, esbuildOptions });
    expect(await installation.call("f")).toEqual({ value: ["made", "function"] });
  });

  it("find a tsconfig and minify, and do not touch the entry", async () => {
    const root = await project({
      "src/f.ts": `import { paths } from "@paths/paths"; export const f = () => paths;`,
      "lib/paths.ts": `export const paths = "mapped";`,
      "config/tsconfig.build.json": `{"compilerOptions": {"paths": {"@paths/*": ["../lib/*"]}}}`,
    });
    const installation = await Installation.of({
      module: "src/f.ts",
      root,
      esbuildOptions: {
        tsconfig: "config/tsconfig.build.json",
        minify: true,
        footer: { js: "/* the end */" },
      },
    });
    expect(await installation.call("f")).toEqual({ value: "mapped" });
    const texts = installation.bundle.files.map(({ path, content }) => [
      path,
      Buffer.from(content).includes("/* the end */"),
    ]);
    expect(Object.fromEntries(texts)).toMatchObject({ "index.mjs": false, "src/f.mjs": true });
  });

  it("are not changed", async () => {
    const root = await project({ "f.ts": `export const f = 1;` });
    const esbuildOptions: EsbuildOptions = Object.freeze({
      define: Object.freeze({ A: "1" }),
      banner: Object.freeze({ js: "// b" }),
      external: Object.freeze(["x"]) as string[],
      plugins: Object.freeze([]) as never[],
    });
    await expect(bundle({ module: "f.ts", root, esbuildOptions })).resolves.toBeDefined();
  });

  it.each([
    "absWorkingDir",
    "bundle",
    "entryPoints",
    "format",
    "metafile",
    "outdir",
    "outfile",
    "platform",
    "splitting",
    "stdin",
    "write",
    "outbase",
  ])("may not set %s, and say why", async (key) => {
    const root = await project({ "f.ts": `export const f = 1;` });
    const esbuildOptions = { [key]: "x" } as EsbuildOptions;
    const error = await rejection(bundle({ module: "f.ts", root, esbuildOptions }));
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_OPTIONS" });
    expect(error.message).toMatch(new RegExp(`esbuildOptions\\.${key} may not be set: .{20,}`));
  });

  it("are refused when unknown, or a kind of source map", async () => {
    const root = await project({ "f.ts": `export const f = 1;` });
    const misspelt = { externals: ["x"] } as EsbuildOptions;
    const error = await rejection(bundle({ module: "f.ts", root, esbuildOptions: misspelt }));
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_OPTIONS" });
    expect(error.message).toMatch(/esbuildOptions\.externals is not known.*\bexternal\b/);
    const inline = { sourcemap: "inline" } as unknown as EsbuildOptions;
    const other = await rejection(bundle({ module: "f.ts", root, esbuildOptions: inline }));
    expect(other.message).toContain("true or false");
  });
});
