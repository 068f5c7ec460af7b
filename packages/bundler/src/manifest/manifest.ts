/**
 * What an export is, as far as the source tells.
 *
 * `"value"` is surely no function; `"unknown"` may be anything, such as `wrap(f)`.
 */
export type ExportKind =
  "function" | "async" | "generator" | "async-generator" | "class" | "value" | "unknown";

/** One export of a module. */
export interface ExportDescription {
  readonly key: string;
  readonly kind: ExportKind;
}

/**
 * What a module exports.
 *
 * In an ES module (`"module"`) every key is an export of the bundle. A CommonJS module arrives as the
 * bundle's `default` export: its keys are properties of that, and the key `default` is that itself
 * where it is a function, else its property `default`. One rule finds them all: take the bundle's
 * export of that key if it is a function, else the property of that key of its `default` export.
 */
export interface Manifest {
  readonly format: "module" | "commonjs";
  /** By key. */
  readonly exports: readonly ExportDescription[];
  /**
   * `false` when there may be more exports than the source tells: `export * from` a package that is
   * not bundled, or a CommonJS module that adds properties as it runs.
   */
  readonly complete: boolean;
}

/** Exports in the order of their keys. */
export function sortedExports(kinds: ReadonlyMap<string, ExportKind>): ExportDescription[] {
  return [...kinds]
    .map(([key, kind]) => ({ key, kind }))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

/** What calling a function gives, where that is told. */
export type CallableKind = Exclude<ExportKind, "class" | "value" | "unknown">;

/**
 * The exports that can be called, or may be: an export of unknown kind counts as a plain function.
 *
 * @example
 * ```ts
 * import { bundle, callableExports } from "@faast/bundler";
 * const bundled = await bundle({ module: "src/functions.ts" });
 * console.log([...callableExports(await bundled.manifest()).keys()]);
 * ```
 */
export function callableExports(manifest: Manifest): Map<string, CallableKind> {
  const functions = new Map<string, CallableKind>();
  for (const { key, kind } of manifest.exports) {
    // A thenable would break `await` on whatever carries it.
    if (kind === "class" || kind === "value" || key === "then") continue;
    functions.set(key, kind === "unknown" ? "function" : kind);
  }
  return functions;
}
