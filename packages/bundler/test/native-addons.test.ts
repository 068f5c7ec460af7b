import { bundle } from "@faast/bundler";
import {
  Installation,
  project,
  rejection,
  removeTemporaryDirectories,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

describe("a native add-on", () => {
  it("is refused, with the package that has it and the option that solves it", async () => {
    const root = await project({
      "f.ts": `import fast from "@scope/fast"; export const f = fast;`,
      "node_modules/@scope/fast/package.json": `{"name": "@scope/fast", "version": "2.3.4"}`,
      "node_modules/@scope/fast/build/package.json": `{"type": "commonjs"}`,
      "node_modules/@scope/fast/index.js": `module.exports = require("./build/fast.node");`,
      "node_modules/@scope/fast/build/fast.node": "\0machine code",
    });
    const error = await rejection(bundle({ module: "f.ts", root }));
    expect(error).toMatchObject({ name: "BundleError", code: "FAAST_BUNDLE_NATIVE" });
    expect(error.message).toContain(`The package "@scope/fast"`);
    expect(error.message).toContain(`packageJson: { dependencies: { "@scope/fast": "^2.3.4" } }`);
    const packageJson = { dependencies: { "@scope/fast": "^2.3.4" } };
    await expect(bundle({ module: "f.ts", root, packageJson })).resolves.toBeDefined();
  });

  it("of a package for one platform is put down to the package that asks for it", async () => {
    const root = await project({
      "f.ts": `import image from "image"; export const f = image;`,
      "node_modules/image/package.json": `{"name": "image", "version": "0.33.0"}`,
      "node_modules/image/index.js": `module.exports = require("image-linux-x64");`,
      "node_modules/image-linux-x64/package.json": `{"name": "image-linux-x64", "version": "1.0.0", "os": ["linux"], "main": "x.node"}`,
      "node_modules/image-linux-x64/x.node": "\0machine code",
    });
    const error = await rejection(bundle({ module: "f.ts", root }));
    expect(error.message).toContain(`packageJson: { dependencies: { image: "^0.33.0" } }`);
  });

  it("of the project itself can be put into the archive", async () => {
    const root = await project({
      "src/f.cjs": `exports.f = () => { try { require("../own.node"); } catch (error) { return error.code; } };`,
      "own.node": "\0machine code",
    });
    const error = await rejection(bundle({ module: "src/f.cjs", root }));
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_NATIVE" });
    expect(error.message).toContain(`loader: { ".node": "copy" }`);
    const esbuildOptions = { loader: { ".node": "copy" as const } };
    const installation = await Installation.of({ module: "src/f.cjs", root, esbuildOptions });
    // It is found, and is no machine code that could be loaded.
    expect(await installation.call("f")).toEqual({ value: "ERR_DLOPEN_FAILED" });
  });

  it.each([
    ["loader", `"dependencies": {"bindings": "^1.0.0"}`],
    ["platform packages", `"optionalDependencies": {"@img/native-linux-x64": "1.0.0"}`],
  ])("that is sought at run time gives a warning (%s)", async (_how, fields) => {
    const root = await project({
      "f.ts": `import native from "native"; export const f = native;`,
      "node_modules/native/package.json": `{"name": "native", "version": "5.0.1", ${fields}}`,
      "node_modules/native/index.js": `module.exports = (name) => require(name);`,
    });
    const { warnings } = await bundle({ module: "f.ts", root });
    expect(warnings).toEqual([
      {
        file: "node_modules/native",
        text: expect.stringContaining(`packageJson: { dependencies: { native: "^5.0.1" } }`),
      },
    ]);
  });
});
