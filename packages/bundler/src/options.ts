import type { EsbuildOptions } from "./build/esbuild-options.js";

/**
 * Files to put into the archive: a file, a directory (everything below it), or a glob.
 *
 * The path in the archive is the path relative to `cwd` (default: the bundle's `root`).
 */
export type IncludeOption = string | { readonly path: string; readonly cwd?: string };

/** The fields of a `package.json` that matter here; others are allowed. */
export interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What {@link bundle} is to bundle. */
export interface BundleOptions {
  /** The user's module: a path (relative to `root`) or a `file:` URL; JavaScript or TypeScript. */
  readonly module: string | URL;
  /**
   * The worker's entry: a path (relative to `root`) or a `file:` URL. It becomes `index.mjs`, and
   * imports the user's module with `import("faast:module")`.
   */
  readonly entry?: string | URL;
  /**
   * The directory that paths in the archive start from.
   * @default process.cwd()
   */
  readonly root?: string;
  /**
   * Files to put beside the code.
   * @default []
   */
  readonly include?: readonly IncludeOption[];
  /**
   * Files, directories and globs to leave out of `include`, by their path in the archive.
   * @default []
   */
  readonly exclude?: readonly string[];
  /**
   * A `package.json`, or the path of one (relative to `root`). Its `dependencies` and
   * `optionalDependencies` are not bundled but left to be installed beside the archive's files.
   */
  readonly packageJson?: string | PackageJson;
  /** What else to tell esbuild about the user's module. The entry is not affected. */
  readonly esbuildOptions?: EsbuildOptions;
  /**
   * Packages that the place of execution has already: left out of the module and of the entry.
   * @default []
   */
  readonly external?: readonly string[];
  /** Gives up; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}
