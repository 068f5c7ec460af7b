/** Marks our errors, so that they are recognised across copies of this package and across realms. */
const brand = Symbol.for("@faast/bundler/error");

/**
 * A stable name for each kind of failure.
 *
 * - `FAAST_BUNDLE_OPTIONS`: an option is unknown, or may not be set.
 * - `FAAST_BUNDLE_MODULE`: the module, the entry or the file to import is not there.
 * - `FAAST_BUNDLE_BUILD`: the code does not compile, or an import could not be resolved.
 * - `FAAST_BUNDLE_NATIVE`: a native add-on is imported, which cannot be put into JavaScript.
 * - `FAAST_BUNDLE_INCLUDE`: an included file is missing, clashes, or lies outside.
 * - `FAAST_BUNDLE_PACKAGE_JSON`: `packageJson` is missing or is not what npm expects.
 */
export type BundleErrorCode =
  | "FAAST_BUNDLE_OPTIONS"
  | "FAAST_BUNDLE_MODULE"
  | "FAAST_BUNDLE_BUILD"
  | "FAAST_BUNDLE_NATIVE"
  | "FAAST_BUNDLE_INCLUDE"
  | "FAAST_BUNDLE_PACKAGE_JSON";

/** A remark about the source, and where it applies. */
export interface SourceRemark {
  readonly text: string;
  /** The file, as the project names it: relative to `root` where it lies inside. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** The line itself. */
  readonly lineText?: string;
}

/**
 * The module cannot be bundled as asked. The message says where, why, and what to do.
 *
 * `instanceof` works across copies of this package: it goes by a brand, not by identity.
 *
 * @example
 * ```ts
 * import { BundleError, bundle } from "@faast/bundler";
 * try {
 *   await bundle({ module: "src/functions.ts" });
 * } catch (error) {
 *   if (error instanceof BundleError && error.code === "FAAST_BUNDLE_BUILD") console.log(error.problems);
 *   throw error;
 * }
 * ```
 */
export class BundleError extends Error {
  override readonly name = "BundleError";
  /** Stable, for programs. */
  readonly code: BundleErrorCode;
  /** Every problem found in the source, for editors and reports. Empty for other failures. */
  readonly problems: readonly SourceRemark[];

  constructor(
    code: BundleErrorCode,
    message: string,
    options: ErrorOptions & { problems?: readonly SourceRemark[] } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.problems = options.problems ?? [];
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== BundleError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}
