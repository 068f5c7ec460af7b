import { join } from "node:path";
import { bundle, type PackageJson } from "@faast/bundler";
import {
  addFiles,
  Installation,
  project,
  rejection,
  removeTemporaryDirectories,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const functions = {
  "f.mjs": `import dep from "dep"; import sub from "@scope/dep/sub.js"; import other from "other";
    export const f = () => [dep, sub, other];`,
  "node_modules/dep/index.js": `module.exports = "bundled dep";`,
  "node_modules/other/index.js": `module.exports = "bundled other";`,
};

const manifest: PackageJson = {
  name: "mine",
  version: "1.2.3",
  type: "commonjs",
  main: "dist/old.js",
  exports: "./dist/old.js",
  dependencies: { dep: "^1.0.0" },
  optionalDependencies: { "@scope/dep": "^2.0.0" },
  devDependencies: { jest: "*" },
  scripts: { prepare: "false", postinstall: "patch-package", test: "jest" },
};

async function archived(packageJson: string | PackageJson, root: string): Promise<PackageJson> {
  const { files } = await bundle({ module: "f.mjs", root, packageJson });
  const file = files.find(({ path }) => path === "package.json");
  return JSON.parse(Buffer.from(file!.content).toString()) as PackageJson;
}

describe("packageJson", () => {
  it("leaves its dependencies, and what is below them, to be installed", async () => {
    const root = await project(functions);
    const packageJson = structuredClone(manifest);
    const installation = await Installation.of({ module: "f.mjs", root, packageJson });
    expect(packageJson).toEqual(manifest);
    expect((await installation.call("f")).error).toContain("'dep'");
    await addFiles(installation.directory, {
      "node_modules/dep/index.js": `module.exports = "installed dep";`,
      "node_modules/@scope/dep/sub.js": `module.exports = "installed sub";`,
    });
    expect(await installation.call("f")).toEqual({
      value: ["installed dep", "installed sub", "bundled other"],
    });
  });

  it("is left out of the archive where it is not given", async () => {
    const root = await project({ ...functions, "package.json": JSON.stringify(manifest) });
    const bundled = await bundle({ module: "node_modules/dep/index.js", root });
    expect(bundled.files.map(({ path }) => path)).not.toContain("package.json");
  });

  it("is archived with the entry as its main, without what is for development only", async () => {
    const root = await project(functions);
    expect(await archived(manifest, root)).toEqual({
      name: "mine",
      version: "1.2.3",
      type: "commonjs",
      main: "index.mjs",
      dependencies: { dep: "^1.0.0" },
      optionalDependencies: { "@scope/dep": "^2.0.0" },
      scripts: { postinstall: "patch-package" },
    });
  });

  it("is read from a file, relative to the root or absolute", async () => {
    const text = `\uFEFF${JSON.stringify(manifest)}`;
    const root = await project({ ...functions, "sub/package.json": text });
    const expected = await archived(manifest, root);
    expect(await archived("sub/package.json", root)).toEqual(expected);
    expect(await archived(join(root, "sub/package.json"), root)).toEqual(expected);
  });

  it("applies to what is required, too", async () => {
    const root = await project({ "f.cjs": `exports.f = () => require("dep");`, ...functions });
    const packageJson = { dependencies: { dep: "*" } };
    const installation = await Installation.of({ module: "f.cjs", root, packageJson });
    await addFiles(installation.directory, { "node_modules/dep/index.js": `module.exports = 7;` });
    expect(await installation.call("f")).toEqual({ value: 7 });
  });
});

describe("packageJson is refused", () => {
  it("when it is missing, with its path", async () => {
    const root = await project(functions);
    const error = await rejection(
      bundle({ module: "f.mjs", root, packageJson: "no/package.json" }),
    );
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_PACKAGE_JSON" });
    expect(error.message).toContain(`Could not find "${join(root, "no/package.json")}"`);
  });

  it.each([
    ["{ not json", "is not JSON"],
    ["[]", "is not an object"],
    [`{"dependencies": ["dep"]}`, "must map names to versions"],
    [`{"dependencies": {"dep": 1}}`, "must map names to versions"],
  ])("when it holds %s", async (text, message) => {
    const root = await project({ ...functions, "package.json": text });
    const error = await rejection(bundle({ module: "f.mjs", root, packageJson: "package.json" }));
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_PACKAGE_JSON" });
    expect(error.message).toContain(message);
    expect(error.message).toContain(join(root, "package.json"));
  });
});
