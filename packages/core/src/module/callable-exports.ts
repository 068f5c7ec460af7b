/** What calling a function gives, as far as its intrinsic kind tells. */
export type FunctionKind = "function" | "async" | "generator" | "async-generator";

/** Keys that are part of a module system, not of the user's module. */
const interopKeys: ReadonlySet<string> = new Set(["__esModule", "module.exports"]);

const kinds: Readonly<Record<string, FunctionKind>> = {
  AsyncFunction: "async",
  GeneratorFunction: "generator",
  AsyncGeneratorFunction: "async-generator",
};

/**
 * The functions that a module exports, by export key: everything callable that is not a class.
 *
 * `default` is one of them where it is a function. An export named `then` is left out: it would make
 * a promise of whatever carries it. An export whose getter throws is left out too.
 *
 * @param exports - the namespace of a module, or a CommonJS `module.exports`
 * @example
 * ```ts
 * import * as funcs from "./functions.js";
 * for (const [key, kind] of callableExports(funcs)) console.log(`${key} is ${kind}`);
 * ```
 */
export function callableExports(exports: object): Map<string, FunctionKind> {
  const callables = new Map<string, FunctionKind>();
  for (const key of Reflect.ownKeys(exports)) {
    if (typeof key !== "string" || key === "then" || interopKeys.has(key)) continue;
    const value = readExport(exports, key);
    if (typeof value === "function" && !isClass(value)) callables.set(key, kindOf(value));
  }
  return callables;
}

/** The value of an enumerable export; undefined where there is none, or where reading it throws. */
function readExport(exports: object, key: string): unknown {
  try {
    const descriptor = Reflect.getOwnPropertyDescriptor(exports, key);
    if (descriptor?.enumerable !== true) return undefined;
    return (exports as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Goes by the tag and not by `instanceof`: the function may come from another realm. */
function kindOf(callable: object): FunctionKind {
  const tag = Object.prototype.toString.call(callable).slice("[object ".length, -1);
  return kinds[tag] ?? "function";
}

/** Whether this cannot be called without `new`, or is a built-in type such as `Map` or `Date`. */
function isClass(callable: object): boolean {
  const source = Function.prototype.toString.call(callable);
  if (/^class\b(?!\s*\()/.test(source)) return true;
  // Built-in constructors, and a proxy around a class, show no source; but like classes, and unlike
  // functions, their `prototype` cannot be replaced. (A frozen function has a source.)
  return (
    source.endsWith("{ [native code] }") &&
    Reflect.getOwnPropertyDescriptor(callable, "prototype")?.writable === false
  );
}
