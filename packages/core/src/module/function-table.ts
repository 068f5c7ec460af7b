import { createRequire } from "node:module";
import { callableExports, type FunctionKind } from "./callable-exports.js";
import type { LocatedModule } from "./locate-module.js";

/**
 * The functions of a module that the user passed itself; undefined if it was given by its path or URL.
 *
 * The namespace of a CommonJS module shows only what Node could tell from its source; all that the
 * module really exports counts.
 */
export function moduleFunctions({
  file,
  exports,
}: LocatedModule): Map<string, FunctionKind> | undefined {
  if (exports === undefined) return undefined;
  const functions = callableExports(exports);
  if (typeof exports === "function") {
    for (const [key, kind] of callableExports({ default: exports })) functions.set(key, kind);
    return functions;
  }
  const whole: unknown = createRequire(file).cache[file]?.exports;
  if (typeof whole === "object" && whole !== null && defaultOf(exports) === whole) {
    for (const [key, kind] of callableExports(whole)) {
      if (!functions.has(key)) functions.set(key, kind);
    }
  }
  return functions;
}

function defaultOf(exports: object): unknown {
  return Object.hasOwn(exports, "default") ? (exports as { default: unknown }).default : undefined;
}
