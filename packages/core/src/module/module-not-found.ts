import { inspect, types } from "node:util";
import { FaastModuleError } from "../errors.js";

const prefix = "Could not find file for module";

/** The lines that always work, whatever runs the program. */
const advice = [
  `  faast<typeof import("./functions.js")>(provider, new URL("./functions.js", import.meta.url))`,
  `or add this line to the module itself:`,
  `  export const FAAST_URL = import.meta.url;`,
].join("\n");

/** For an argument that is no module, whatever it is. */
export function notAModule(argument: unknown): FaastModuleError {
  return new FaastModuleError(
    `${prefix}: expected a module, got ${describe(argument)}. Functions are sent to the cloud by the ` +
      `file which defines them: export them from a file of their own and pass that module:\n` +
      `  import * as m from "./file";\n` +
      `  await faast(provider, m);\n` +
      `or pass where that file is: new URL("./file.js", import.meta.url)`,
  );
}

/** What {@link unlocatedModule} reports of a search. */
export interface SearchReport {
  /** Absolute paths of the files from which the imports were followed. */
  readonly starts: readonly string[];
  /** How many files were examined. */
  readonly examined: number;
}

/** For a real module whose file did not turn up. */
export function unlocatedModule(module: object, report: SearchReport): FaastModuleError {
  const { starts, examined } = report;
  const from =
    starts.length === 0
      ? "no file of yours is on the call stack"
      : `followed the imports of ${starts.join(", ")}`;
  return new FaastModuleError(
    `${prefix} which exports ${exportList(module)}: ${from}; ${count(examined, "candidate file")} ` +
      `examined, none is certainly it. It may have been bundled, mocked or loaded in a way of its own. ` +
      `Pass where it is:\n${advice}`,
  );
}

/** For a path or URL at which there is no file. */
export function missingFile(reference: string, tried: readonly string[]): FaastModuleError {
  return new FaastModuleError(
    `${prefix} ${inspect(reference)}: there is no such file. Tried:\n` +
      tried.map((path) => `  ${path}\n`).join("") +
      `Pass an absolute path, or a URL which does not depend on the working directory:\n` +
      `  new URL("./functions.js", import.meta.url)`,
  );
}

/** For a reference that does not name a file, such as an `https:` URL. */
export function unusableReference(reference: string, why: string): FaastModuleError {
  return new FaastModuleError(
    `${prefix} ${inspect(reference)}: ${why}. Pass the path of a file, or\n` +
      `  new URL("./functions.js", import.meta.url)`,
  );
}

function describe(argument: unknown): string {
  if (argument === null) return "null";
  if (Array.isArray(argument)) return "an array";
  if (typeof argument === "function") {
    return /^class\b/.test(Function.prototype.toString.call(argument)) ? "a class" : "a function";
  }
  if (typeof argument !== "object") {
    return argument === undefined ? "undefined" : `a ${typeof argument}`;
  }
  return types.isPromise(argument)
    ? "a promise (did you mean `await import(...)`?)"
    : `an object that is not a module, with ${exportList(argument)}`;
}

/** The first few keys: enough to tell which object is meant. */
function exportList(module: object): string {
  const keys = Reflect.ownKeys(module).filter((key) => typeof key === "string");
  if (keys.length === 0) return "nothing";
  const shown = keys.slice(0, 5).map((key) => `\`${key}\``);
  return shown.join(", ") + (keys.length > 5 ? ` and ${keys.length - 5} more` : "");
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
