import { realpathSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { moduleResolve } from "import-meta-resolve";
import { isTypeScript, sourceFiles } from "./source-file.js";

/**
 * The modules that an import may mean, likeliest first: resolved as Node does and, failing that, as
 * TypeScript programs are (`./functions.js` for `functions.ts`, no extension, a folder's index).
 *
 * @param specifier - as in the source
 * @param parent - `file:` URL of the importing module
 * @returns `file:` URLs with the query of the specifier; none for what is no file, or does not resolve
 */
export function resolveImport(specifier: string, parent: string): string[] {
  if (isBuiltin(specifier)) return [];
  try {
    if (/^(?:\.{0,2}\/|file:)/.test(specifier)) return resolveFile(specifier, parent);
    const url = moduleResolve(specifier, new URL(parent), conditions());
    return url.protocol === "file:" ? [url.href] : [];
  } catch {
    return resolveRequired(specifier, parent);
  }
}

function resolveFile(specifier: string, parent: string): string[] {
  const url = new URL(specifier, parent);
  const files = sourceFiles(fileURLToPath(url));
  // Beside a JavaScript file, its TypeScript twin is meant by a TypeScript program at most.
  const meant = isTypeScript(fileURLToPath(parent)) ? files : files.slice(0, 1);
  return meant.map((file) => pathToFileURL(realpathSync(file)).href + url.search + url.hash);
}

/** A package which is there for `require()` only: a program that is compiled to CommonJS finds it. */
function resolveRequired(specifier: string, parent: string): string[] {
  try {
    return [pathToFileURL(createRequire(parent).resolve(specifier)).href];
  } catch {
    return [];
  }
}

let knownConditions: Set<string> | undefined;

/** The conditions by which this process resolves `exports` and `imports` of packages. */
function conditions(): Set<string> {
  return (knownConditions ??= new Set([
    "node",
    "import",
    "node-addons",
    // A Node that can require() ES modules.
    ...("require_module" in process.features ? ["module-sync"] : []),
    ...customConditions([...(process.env.NODE_OPTIONS ?? "").split(/\s+/), ...process.execArgv]),
  ]));
}

function customConditions(options: readonly string[]): string[] {
  return options.flatMap((option, index) => {
    const [, inline] = /^(?:-C|--conditions)=(.+)$/.exec(option) ?? [];
    if (inline !== undefined) return [inline];
    const next = /^(?:-C|--conditions)$/.test(option) ? options[index + 1] : undefined;
    return next === undefined ? [] : [next];
  });
}
