import { assemble } from "./archive/assembly.js";
import { PLAIN_MODE, type BundleFile } from "./archive/bundle-file.js";
import { writeFiles } from "./archive/directory.js";
import { findIncluded } from "./archive/included-files.js";
import { sourceRootOf, withSourceRoot } from "./archive/source-map.js";
import { zip } from "./archive/zip.js";
import { buildEntry, ENTRY_PATH } from "./build/entry-build.js";
import { checkedEsbuildOptions } from "./build/esbuild-options.js";
import { buildModule, freeStem, sourceDirectory, type ModuleBuild } from "./build/module-build.js";
import { BundleError, type SourceRemark } from "./errors.js";
import { ImportChains } from "./import-chains.js";
import { describeExports } from "./manifest/describe-exports.js";
import type { Manifest } from "./manifest/manifest.js";
import type { BundleOptions } from "./options.js";
import { archivedPackageJson } from "./package-json.js";
import { existingFile, locateProject, type Project } from "./project.js";

/** A source file that went into the user's bundle. */
export interface BundleInput {
  /** Relative to `root` where it lies inside. */
  readonly path: string;
  /** What it takes in the bundle, uncompressed. */
  readonly bytes: number;
  /**
   * Why it is there: the inputs by way of which it is imported, from the user's module on, the shortest
   * way. Empty for that module.
   */
  readonly importedBy: readonly string[];
}

/** A user's module and a worker's entry, ready to be sent or written. */
export interface Bundle {
  /** Everything in the archive, by path. */
  readonly files: readonly BundleFile[];
  /** Where the user's bundle is in the archive. */
  readonly modulePath: string;
  /** Where the worker's entry is in the archive, when one was given: always `index.mjs`. */
  readonly entryPath: string;
  /**
   * The directory of the user's module, as a `file:` URL that ends in a slash. The `sources` of the
   * bundle's source map are relative to it.
   */
  readonly sourceRoot: string;
  /** What the user's bundle is made of, the largest first. */
  readonly inputs: readonly BundleInput[];
  /** What is allowed and yet may be a mistake. */
  readonly warnings: readonly SourceRemark[];
  /** What the module exports. Worked out on first use. */
  manifest(): Promise<Manifest>;
  /** The files as a zip: the same bytes for the same project, wherever and whenever. Made on first use. */
  archive(): Promise<Uint8Array>;
  /**
   * Writes the files below `directory` (made if need be), with the source map pointing to the user's own
   * files, so that stack traces and debuggers on this machine show them.
   */
  writeTo(directory: string): Promise<void>;
}

/**
 * Bundles a module, with a worker's entry, into the files of an archive.
 *
 * @returns the files in memory: nothing is written, and no process is left behind.
 * @throws {@link BundleError} that says what is wrong and what to do; the signal's reason if it is given up.
 *
 * @example
 * ```ts
 * import { bundle } from "@faast/bundler";
 * import { writeFile } from "node:fs/promises";
 * const bundled = await bundle({ module: "src/functions.ts", include: ["src/data.json"] });
 * await writeFile("functions.zip", await bundled.archive());
 * ```
 */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { entry, include = [], exclude = [], external = [], signal } = options;
  signal?.throwIfAborted();
  const project = await locateProject(options.module, options.root);
  const { root, moduleStem } = project;
  const esbuildOptions = checkedEsbuildOptions(options.esbuildOptions ?? {}, root);
  const packageJson =
    options.packageJson === undefined
      ? undefined
      : await archivedPackageJson(options.packageJson, ENTRY_PATH, root);
  const included = await findIncluded(include, exclude, root);
  signal?.throwIfAborted();
  const stem = freeStem(moduleStem, new Set([ENTRY_PATH, ...included.map(({ path }) => path)]));
  const [built, entryFile] = await Promise.all([
    buildModule({
      project,
      stem,
      esbuildOptions,
      external: [...external, ...(packageJson?.dependencies ?? [])],
      signal,
    }),
    entry === undefined
      ? undefined
      : buildEntry({
          entryFile: await existingFile(entry, root, "entry"),
          modulePath: `${stem}.mjs`,
          external,
          signal,
        }),
  ]);
  refuseThenable(built);
  const own = [...built.files];
  if (entryFile !== undefined) own.push(entryFile);
  if (packageJson !== undefined) {
    own.push({ path: "package.json", content: packageJson.content, mode: PLAIN_MODE });
  }
  const files = await assemble(own, included);
  signal?.throwIfAborted();
  return finished(project, built, files);
}

/** Importing a module with an export `then` waits for that function, as if the module were a promise. */
function refuseThenable({ metafile, modulePath }: ModuleBuild): void {
  if (metafile.outputs[modulePath]?.exports.includes("then") !== true) return;
  throw new BundleError(
    "FAAST_BUNDLE_MODULE",
    "The module has an export named `then`, so whoever imports it waits for that function as if the module were a promise. Export it under another name.",
  );
}

function finished(project: Project, built: ModuleBuild, files: readonly BundleFile[]): Bundle {
  const { modulePath, warnings } = built;
  const sourceRoot = sourceRootOf(sourceDirectory(project));
  let manifest: Promise<Manifest> | undefined;
  let archive: Promise<Uint8Array> | undefined;
  return {
    files,
    modulePath,
    entryPath: ENTRY_PATH,
    sourceRoot,
    inputs: inputsOf(built),
    warnings,
    manifest: () => (manifest ??= describeExports(project, built)),
    archive: () => (archive ??= zip(files)),
    writeTo: (directory) =>
      writeFiles(
        files.map((file) =>
          file.path === `${modulePath}.map` ? withSourceRoot(file, sourceRoot) : file,
        ),
        directory,
      ),
  };
}

function inputsOf({ metafile, modulePath }: ModuleBuild): BundleInput[] {
  const { inputs = {}, entryPoint } = metafile.outputs[modulePath] ?? {};
  const chains = new ImportChains(metafile, entryPoint);
  return Object.entries(inputs)
    .map(([path, { bytesInOutput }]) => ({
      path,
      bytes: bytesInOutput,
      importedBy: chains.to(path),
    }))
    .sort((left, right) => right.bytes - left.bytes || (left.path < right.path ? -1 : 1));
}
