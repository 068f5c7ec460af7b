import type { ModuleBuild } from "../build/module-build.js";
import type { Project } from "../project.js";
import type { Manifest } from "./manifest.js";

/** Characters of a bundle from which reading its packages too would be felt: some tenths of a second. */
const LARGE = 1_000_000;

/** Reads what a bundled module exports. The parser is loaded only now: few need it. */
export async function describeExports(project: Project, built: ModuleBuild): Promise<Manifest> {
  const { metafile, modulePath, files } = built;
  const output = metafile.outputs[modulePath];
  const input = output?.entryPoint;
  if (input !== undefined && metafile.inputs[input]?.format === "cjs") {
    const { commonJsManifest } = await import("./commonjs-exports.js");
    return commonJsManifest(metafile, input, project.base);
  }
  const { moduleExports } = await import("./module-exports.js");
  const content = files.find(({ path }) => path === modulePath)?.content ?? new Uint8Array();
  if (content.length > LARGE) {
    const { manifest, reliesOnImports } = moduleExports(await built.ownCode(), []);
    if (!reliesOnImports) return manifest;
  }
  const code = Buffer.from(content).toString();
  return moduleExports(code, output?.exports ?? []).manifest;
}
