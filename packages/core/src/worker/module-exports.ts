/** The exports of a loaded module. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Finds an export by its key: among the module's own exports or, since a CommonJS module arrives as
 * the default export of its bundle, among the properties of that.
 */
export function exportNamed(
  exports: ModuleExports,
  key: string,
): ((...args: unknown[]) => unknown) | undefined {
  const fallback = exports.default as ModuleExports | undefined | null;
  const isContainer =
    (typeof fallback === "object" || typeof fallback === "function") && fallback !== null;
  const candidates: unknown[] = [
    Object.hasOwn(exports, key) ? exports[key] : undefined,
    isContainer && Object.hasOwn(fallback, key) ? fallback[key] : undefined,
  ];
  return candidates.find((each) => typeof each === "function") as
    ((...args: unknown[]) => unknown) | undefined;
}
