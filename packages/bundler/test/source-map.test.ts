import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "@faast/bundler";
import {
  Installation,
  node,
  project,
  removeTemporaryDirectories,
  temporaryDirectory,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const files = {
  "src/deep/functions.ts": `import { thrower } from "../lib/thrower.js";
interface Unused {
  a: 1;
}
export function stack(unused?: Unused): string | undefined {
  return thrower().stack;
}`,
  "src/lib/thrower.ts": `type Also = "unused";

export const thrower = (also?: Also) => new Error("thrown");`,
};

function mapIn(
  installation: { files: readonly { path: string; content: Uint8Array }[] },
  path: string,
) {
  const map = installation.files.find((file) => file.path === path);
  return JSON.parse(Buffer.from(map!.content).toString()) as Record<string, unknown>;
}

describe("the source map", () => {
  it("names sources relative to itself, without their contents", async () => {
    const root = await project(files);
    const bundled = await bundle({ module: "src/deep/functions.ts", root });
    const map = mapIn(bundled, "src/deep/functions.mjs.map");
    expect(map.sources).toEqual(["../lib/thrower.ts", "functions.ts"]);
    expect(map).not.toHaveProperty("sourcesContent");
    expect(map).not.toHaveProperty("sourceRoot");
    expect(bundled.sourceRoot).toBe(`${pathToFileURL(join(root, "src/deep")).href}/`);
  });

  it("leads stack traces of the written files to the user's own files", async () => {
    const root = join(await temporaryDirectory(), "with a space");
    const { addFiles } = await import("./temporary-project.ts");
    await addFiles(root, files);
    const { directory } = await Installation.of({ module: "src/deep/functions.ts", root });
    const script = `import(${JSON.stringify(pathToFileURL(join(directory, "src/deep/functions.mjs")).href)})
      .then(({ stack }) => console.log(stack()));`;
    const mapped = await node(["--enable-source-maps", "--input-type=module", "-e", script]);
    expect(mapped.stdout).toContain(`${join(root, "src/lib/thrower.ts")}:3:41`);
    expect(mapped.stdout).toContain(`${join(root, "src/deep/functions.ts")}:6:10`);
    const plain = await node(["--input-type=module", "-e", script]);
    expect(plain.stdout).toContain("src/deep/functions.mjs:");
  });

  it("holds the sources where asked", async () => {
    const root = await project(files);
    const esbuildOptions = { sourcesContent: true };
    const bundled = await bundle({ module: "src/deep/functions.ts", root, esbuildOptions });
    const map = mapIn(bundled, "src/deep/functions.mjs.map");
    expect(map.sourcesContent).toEqual([
      files["src/lib/thrower.ts"],
      files["src/deep/functions.ts"],
    ]);
  });

  it("is left out where asked", async () => {
    const root = await project(files);
    const esbuildOptions = { sourcemap: false };
    const bundled = await bundle({ module: "src/deep/functions.ts", root, esbuildOptions });
    expect(bundled.files.map(({ path }) => path)).toEqual(["src/deep/functions.mjs"]);
    expect(Buffer.from(bundled.files[0]!.content).toString()).not.toContain("sourceMappingURL");
  });
});
