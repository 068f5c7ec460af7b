import type { BuildOptions } from "esbuild";
import { isAbsolute, resolve } from "node:path";
import { BundleError } from "../errors.js";

/** The options of esbuild that a user may set. A new one is added here, and is then checked and typed. */
const allowed = [
  "alias",
  "assetNames",
  "banner",
  "charset",
  "conditions",
  "define",
  "drop",
  "dropLabels",
  "external",
  "footer",
  "ignoreAnnotations",
  "inject",
  "jsx",
  "jsxDev",
  "jsxFactory",
  "jsxFragment",
  "jsxImportSource",
  "jsxSideEffects",
  "keepNames",
  "legalComments",
  "lineLimit",
  "loader",
  "logOverride",
  "mainFields",
  "minify",
  "minifyIdentifiers",
  "minifySyntax",
  "minifyWhitespace",
  "nodePaths",
  "packages",
  "plugins",
  "preserveSymlinks",
  "publicPath",
  "pure",
  "resolveExtensions",
  "sourcesContent",
  "supported",
  "target",
  "treeShaking",
  "tsconfig",
  "tsconfigRaw",
] as const satisfies readonly (keyof BuildOptions)[];

/** The options that are decided here, and why. */
const owned = new Map<string, string>([
  ["absWorkingDir", 'it is the option "root" of the bundle'],
  ["allowOverwrite", "nothing is written: the files go into an archive"],
  ["bundle", "the module is always bundled"],
  ["chunkNames", "the module becomes one file"],
  ["entryNames", "the module's place in the archive is its place in the project"],
  ["entryPoints", "the entry point is the module given to faast"],
  ["format", "the bundle is an ES module, so that top-level await works"],
  ["globalName", "the bundle is an ES module"],
  ["logLevel", "esbuild stays silent: read the bundle's warnings instead"],
  ["logLimit", "esbuild stays silent: read the bundle's warnings instead"],
  ["metafile", "it is always made: read the bundle's inputs"],
  ["outbase", "the module's place in the archive is its place in the project"],
  ["outdir", "the files go into an archive"],
  ["outExtension", "the bundle is an ES module whatever lies beside it, so it ends in .mjs"],
  ["outfile", "the files go into an archive"],
  ["platform", "functions run in Node.js"],
  ["sourceRoot", "it is set when the files are written to a directory"],
  ["splitting", "the module becomes one file, so that its code runs in the order of its imports"],
  ["stdin", "the entry point is the module given to faast"],
  ["write", "the files go into an archive"],
]);

/**
 * What a user may tell esbuild: its own options, less those on which the archive's layout depends.
 *
 * Relative paths (`tsconfig`, `inject`, `nodePaths`) start from `root`.
 *
 * @example
 * ```ts
 * import type { EsbuildOptions } from "@faast/bundler";
 * const esbuildOptions: EsbuildOptions = { define: { VERSION: '"1.0"' }, loader: { ".sql": "text" } };
 * ```
 */
export type EsbuildOptions = Pick<BuildOptions, (typeof allowed)[number]> & {
  /**
   * `false` leaves the source map out.
   * @default true
   */
  sourcemap?: boolean;
};

/**
 * The user's options for esbuild, checked, with paths made absolute.
 *
 * @throws BundleError for an option that is unknown or not the user's to set.
 */
export function checkedEsbuildOptions(options: EsbuildOptions, root: string): EsbuildOptions {
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) checkKey(key, value);
  }
  const { tsconfig, inject, nodePaths } = options;
  return {
    ...options,
    ...(tsconfig === undefined ? {} : { tsconfig: resolve(root, tsconfig) }),
    ...(inject === undefined ? {} : { inject: inject.map((path) => fromRoot(path, root)) }),
    ...(nodePaths === undefined ? {} : { nodePaths: nodePaths.map((path) => resolve(root, path)) }),
  };
}

function checkKey(key: string, value: unknown): void {
  if (key === "sourcemap") {
    if (typeof value === "boolean") return;
    throw new BundleError(
      "FAAST_BUNDLE_OPTIONS",
      `esbuildOptions.sourcemap is true or false here, not ${JSON.stringify(value)}: the map lies beside the bundle, where Node.js finds it.`,
    );
  }
  if ((allowed as readonly string[]).includes(key)) return;
  const reason = owned.get(key);
  throw new BundleError(
    "FAAST_BUNDLE_OPTIONS",
    reason === undefined
      ? `esbuildOptions.${key} is not known here. Known are: ${[...allowed, "sourcemap"].sort().join(", ")}.`
      : `esbuildOptions.${key} may not be set: ${reason}. Remove it.`,
  );
}

/** `inject` also takes names that a plugin resolves: only what looks like a path is one. */
function fromRoot(path: string, root: string): string {
  return isAbsolute(path) || !path.startsWith(".") ? path : resolve(root, path);
}
