import type { Session } from "node:inspector";
import { pathToFileURL } from "node:url";
import { scriptFile } from "./script-file.js";

/** What the engine knows of the loaded program. */
export interface FunctionOrigins {
  /** Absolute paths of the files in which the functions are defined. */
  readonly files: ReadonlySet<string>;
  /** All that is loaded, but for what has no file. */
  readonly scripts: readonly LoadedScript[];
}

/** A file as the engine has loaded it. */
export interface LoadedScript {
  /** `file:` URL, with any query. */
  readonly url: string;
  /** Absolute path. */
  readonly file: string;
  /** Whether the engine knows it as an ES module: neither CommonJS, nor run by a module runner. */
  readonly isModule: boolean;
}

/** More than enough to tell a file by. */
const maxFunctions = 64;

/** Where the functions are put for the inspector to see. */
const shelf = Symbol.for("@faast/core/function-origins");

/**
 * Asks the engine's own inspector where functions are defined, whatever has loaded them. For use where
 * reading the imports did not help: it takes tens of milliseconds, during which nothing else runs.
 *
 * @param values - those that are no functions are passed over
 * @returns undefined where there is no inspector, or it is not permitted
 */
export async function functionOrigins(
  values: readonly unknown[],
): Promise<FunctionOrigins | undefined> {
  const functions = values.filter((value) => typeof value === "function").slice(0, maxFunctions);
  try {
    const inspector = await import("node:inspector");
    const session = new inspector.Session();
    session.connect();
    try {
      return inspectFunctions(session, functions);
    } finally {
      session.disconnect();
    }
  } catch {
    return undefined;
  }
}

/** Synchronous throughout, so that no `debugger` statement can be met while the inspector is on. */
function inspectFunctions(session: Session, functions: readonly unknown[]): FunctionOrigins {
  const scripts = new Map<string, LoadedScript>();
  session.on("Debugger.scriptParsed", ({ params }) => {
    const { scriptId, url: name, isModule = false } = params;
    const file = scriptFile(name);
    if (file === undefined) return;
    const url = name.startsWith("file:") ? name : pathToFileURL(file).href;
    scripts.set(scriptId, { url, file, isModule });
  });
  const contexts: number[] = [];
  session.on("Runtime.executionContextCreated", ({ params }) => contexts.push(params.context.id));
  session.post("Debugger.enable");
  session.post("Debugger.setSkipAllPauses", { skip: true });
  session.post("Runtime.enable");

  const files = new Set<string>();
  for (const objectId of shelved(session, functions, contexts)) {
    const script = scripts.get(scriptOf(session, objectId) ?? "");
    if (script !== undefined) files.add(script.file);
  }
  return { files, scripts: [...scripts.values()] };
}

/** The inspector's handles of the functions. They can only be had through a global. */
function shelved(
  session: Session,
  functions: readonly unknown[],
  contexts: readonly number[],
): string[] {
  Object.defineProperty(globalThis, shelf, { value: functions, configurable: true });
  try {
    // The global object may be that of another context than the main one: in jest, for example.
    for (const contextId of contexts) {
      let array: string | undefined;
      const expression = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(shelf))})]`;
      session.post("Runtime.evaluate", { expression, contextId, silent: true }, (error, reply) => {
        if (error === null && reply.result.subtype === "array") array = reply.result.objectId;
      });
      if (array !== undefined) return elements(session, array);
    }
    return [];
  } finally {
    Reflect.deleteProperty(globalThis, shelf);
  }
}

function elements(session: Session, array: string): string[] {
  const handles: string[] = [];
  session.post(
    "Runtime.getProperties",
    { objectId: array, ownProperties: true },
    (error, reply) => {
      for (const { value } of error === null ? reply.result : []) {
        if (value?.type === "function" && value.objectId !== undefined)
          handles.push(value.objectId);
      }
    },
  );
  return handles;
}

function scriptOf(session: Session, objectId: string): string | undefined {
  let script: string | undefined;
  session.post("Runtime.getProperties", { objectId, ownProperties: true }, (error, reply) => {
    const location = (error === null ? reply.internalProperties : undefined)?.find(
      ({ name }) => name === "[[FunctionLocation]]",
    );
    script = (location?.value?.value as { scriptId?: string } | undefined)?.scriptId;
  });
  return script;
}
