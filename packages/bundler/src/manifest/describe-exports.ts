import type { ModuleBuild } from "../build/module-build.js";
import type { Project } from "../project.js";
import type { Manifest } from "./manifest.js";

/** Reads what a bundled module exports. The parser is loaded only now: few need it. */
export async function describeExports(project: Project, built: ModuleBuild): Promise<Manifest> {
  const { metafile, modulePath, files } = built;
  const output = metafile.outputs[modulePath];
  const input = output?.entryPoint;
  if (input !== undefined && metafile.inputs[input]?.format === "cjs") {
    const { commonJsManifest } = await import("./commonjs-exports.js");
    return commonJsManifest(metafile, input, project.base);
  }
  const code = files.find(({ path }) => path === modulePath)?.content ?? new Uint8Array();
  const { moduleManifest } = await import("./module-exports.js");
  return moduleManifest(Buffer.from(code).toString(), output?.exports ?? []);
}
