import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { inspect, types } from "node:util";
import { findInCommonJsCache } from "./commonjs-cache.js";
import { notAModule, unlocatedModule, unusableReference } from "./module-not-found.js";
import { locatePath } from "./module-path.js";
import { sourceFiles } from "./source-file.js";

/** A user's module, and the file it is in. */
export interface LocatedModule {
  /** Absolute path. */
  readonly file: string;
  /** The namespace, or the CommonJS `module.exports`, when the user passed the module itself. */
  readonly exports?: object;
}

/**
 * Finds the file of a user's module, so that it can be bundled.
 *
 * The module is given by itself (`import * as m`, `require()`, a default import of CommonJS), or by
 * its URL, `file:` string or path. A module may tell where it is by an export `FAAST_URL`.
 *
 * @param module - the module, URL or path
 * @param callers - the user's files on the call stack, nearest first; see `captureCallers`
 * @throws FaastModuleError when there is no such file, when no file is certainly the module's, or
 *   when the argument is no module. Its message has the line to write instead.
 * @example
 * ```ts
 * import * as funcs from "./functions.js";
 * const { file } = await locateModule(funcs, captureCallers(main));
 * ```
 */
export async function locateModule(
  module: unknown,
  callers: readonly string[],
): Promise<LocatedModule> {
  if (typeof module === "string") return { file: locatePath(module, callers) };
  if (isUrl(module)) return { file: locatePath(module.href, callers) };
  if (typeof module === "function") {
    // `module.exports = function …`, required or imported by default.
    const file = findInCommonJsCache(module);
    if (file === undefined) throw notAModule(module);
    return { file, exports: module };
  }
  if (typeof module !== "object" || module === null) throw notAModule(module);
  return { file: await locateObject(module, callers), exports: module };
}

async function locateObject(module: object, callers: readonly string[]): Promise<string> {
  const declared = declaredUrl(module);
  if (declared !== undefined) return locatePath(declared, callers);
  const required = findInCommonJsCache(module);
  if (required !== undefined) return required;
  if (!isNamespace(module)) throw notAModule(module);
  const starts = [...new Set([...callers, ...mainFile()])];
  // Loaded only now: most of a search is the lexer and the resolver.
  const { searchModule } = await import("./module-search.js");
  const { file, examined } = await searchModule(module, starts);
  if (file === undefined) throw unlocatedModule(module, { starts: callers, examined });
  return file;
}

/** The file that Node was started with, if any: where the stack no longer shows who is calling. */
function mainFile(): string[] {
  const [, main] = process.argv;
  return main === undefined
    ? []
    : sourceFiles(resolve(main))
        .slice(0, 1)
        .map((file) => realpathSync(file));
}

/** By its tag and not by `instanceof`: it may come from another realm. */
function isUrl(value: unknown): value is URL {
  return Object.prototype.toString.call(value) === "[object URL]";
}

/** A native namespace, or what a module runner (vite's, webpack's) or a compiler makes for one. */
function isNamespace(module: object): boolean {
  return (
    types.isModuleNamespaceObject(module) ||
    Object.prototype.toString.call(module) === "[object Module]" ||
    "__esModule" in module
  );
}

function declaredUrl(module: object): string | undefined {
  let declared: unknown;
  try {
    declared = (module as { FAAST_URL?: unknown }).FAAST_URL;
  } catch {
    return undefined;
  }
  if (declared === undefined) return undefined;
  if (isUrl(declared)) return declared.href;
  if (typeof declared === "string") return declared;
  throw unusableReference(inspect(declared), "FAAST_URL must be a URL or a string");
}
