import { fileURLToPath } from "node:url";
import { ownDirectory } from "../own-files.js";
import { scriptFile } from "./script-file.js";

/** Any function at all. */
type AnyFunction = (...args: never[]) => unknown;

/**
 * The user's files on the current call stack, nearest first, each once. Call it synchronously at the
 * top of the public function: after the first `await`, the caller may be gone from the stack.
 *
 * Our own package and Node's internals are left out. For a function of another of our packages that
 * calls on the user's behalf, pass that function as `above`.
 *
 * @param above - the public function whose callers are wanted; it and all it called are left out
 * @returns absolute paths
 * @example
 * ```ts
 * export async function faast(module: object) {
 *   const callers = captureCallers(faast);
 *   return locateModule(module, callers);
 * }
 * ```
 */
export function captureCallers(above: AnyFunction): string[] {
  let names = captureScriptNames(above);
  // The engine gives no frames at all when `above` is not on the stack.
  if (names.length === 0) names = captureScriptNames(captureCallers);
  const directory = ownDirectory();
  const own = directory === undefined ? undefined : fileURLToPath(directory);
  const files = new Set<string>();
  for (const name of names) {
    const file = scriptFile(name);
    if (file !== undefined && !(own !== undefined && file.startsWith(own))) files.add(file);
  }
  return [...files];
}

/** Scripts of the frames below `above`, as the engine names them, before any source map. */
function captureScriptNames(above: AnyFunction): string[] {
  const prepare = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  let sites: readonly NodeJS.CallSite[] = [];
  const holder: { stack?: unknown } = {};
  try {
    Object.defineProperty(Error, "stackTraceLimit", {
      value: Infinity,
      configurable: true,
      writable: true,
    });
    Object.defineProperty(Error, "prepareStackTrace", {
      value: (_error: unknown, callSites: readonly NodeJS.CallSite[]) => {
        sites = callSites;
        return "";
      },
      configurable: true,
      writable: true,
    });
    Error.captureStackTrace(holder, above);
    // The engine formats a stack when it is first read.
    void holder.stack;
  } catch {
    // `Error` is frozen (`--frozen-intrinsics`): the text of the stack has to do.
    const text = { stack: "" };
    Error.captureStackTrace(text, above);
    return namesInText(text.stack);
  } finally {
    restore("prepareStackTrace", prepare);
    restore("stackTraceLimit", limit);
  }
  return sites.map(siteName).filter((name) => name !== undefined);
}

function restore(key: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(Error, key);
  else Reflect.defineProperty(Error, key, descriptor);
}

function siteName(site: NodeJS.CallSite): string | undefined {
  const name = site.getFileName() || undefined;
  if (name !== undefined || !site.isEval()) return name;
  // "eval at run (eval at <anonymous> (file:///app/main.js:3:1))": the innermost position is the file.
  const origin = site.getEvalOrigin() ?? "";
  return /^[^(]*\((.*?)(?::\d+)*\)*$/.exec(origin.slice(origin.lastIndexOf("eval at ")))?.[1];
}

function namesInText(stack: string): string[] {
  return [...stack.matchAll(/^\s+at (?:.*? \()?(?:async )?(\S.*?):\d+:\d+\)?$/gm)].map(
    (match) => match[1] ?? "",
  );
}
