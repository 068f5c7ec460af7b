import type { BuildOptions, Metafile } from "esbuild";
import { basename, dirname, relative } from "node:path";
import { posixPath } from "../archive/archive-path.js";
import { PLAIN_MODE, type BundleFile } from "../archive/bundle-file.js";
import { BundleError, type SourceRemark } from "../errors.js";
import type { Project } from "../project.js";
import { remark } from "./build-failure.js";
import { compile } from "./compile.js";
import type { EsbuildOptions } from "./esbuild-options.js";
import { addonWarnings, nativeAddons } from "./native-addons.js";

/** The user's module, bundled. */
export interface ModuleBuild {
  readonly modulePath: string;
  readonly files: readonly BundleFile[];
  readonly metafile: Metafile;
  readonly warnings: readonly SourceRemark[];
  /** Bundles the module again without its packages: what is left is small, and says what is exported. */
  ownCode(): Promise<string>;
}

interface ModuleBuildOptions {
  readonly project: Project;
  /** The bundle's path in the archive, without `.mjs`. */
  readonly stem: string;
  readonly esbuildOptions: EsbuildOptions;
  readonly external: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Bundles the user's module into one file, with its source map and whatever its loaders emit. */
export async function buildModule(options: ModuleBuildOptions): Promise<ModuleBuild> {
  const { project, stem, esbuildOptions, signal } = options;
  const { sourcemap = true, external = [], plugins = [], ...others } = esbuildOptions;
  const buildOptions: BuildOptions & { absWorkingDir: string } = {
    assetNames: "assets/[name]-[hash]",
    sourcesContent: false,
    ...others,
    absWorkingDir: project.base,
    entryPoints: [{ in: project.moduleFile, out: stem }],
    outdir: project.base,
    outExtension: { ".js": ".mjs" },
    sourcemap: sourcemap ? "linked" : false,
    external: [...options.external, ...external],
    // The user's come first, so that they may load what we would refuse.
    plugins: [...plugins, nativeAddons],
  };
  const { outputFiles, metafile, warnings } = await compile(buildOptions, signal);
  const files = outputFiles.map(({ path, contents }) => ({
    path: posixPath(relative(project.base, path)),
    content: contents,
    mode: PLAIN_MODE,
  }));
  const modulePath = `${stem}.mjs`;
  if (!files.some(({ path }) => path === modulePath)) {
    throw new BundleError(
      "FAAST_BUNDLE_MODULE",
      `${project.moduleFile} is not JavaScript or TypeScript: bundled, it gave ${files.map(({ path }) => basename(path)).join(", ")}.`,
    );
  }
  return {
    modulePath,
    files,
    metafile,
    warnings: [...warnings.map(remark), ...(await addonWarnings(metafile, project.base))],
    ownCode: async () => {
      const own = await compile({ ...buildOptions, packages: "external", sourcemap: false });
      return own.outputFiles.find(({ path }) => path.endsWith(".mjs"))?.text ?? "";
    },
  };
}

/**
 * The path of the user's bundle in the archive, without `.mjs`: the module's own, so that what it finds
 * relative to itself is found, unless a file of the archive has that place already.
 */
export function freeStem(wanted: string, taken: ReadonlySet<string>): string {
  for (let count = 0; ; count += 1) {
    const stem = count === 0 ? wanted : `${wanted}.bundle${count === 1 ? "" : count}`;
    if (!taken.has(`${stem}.mjs`) && !taken.has(`${stem}.mjs.map`)) return stem;
  }
}

/** Where the sources in the bundle's map start from: the directory of the user's module. */
export function sourceDirectory(project: Project): string {
  return dirname(project.moduleFile);
}
