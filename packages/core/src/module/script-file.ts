import { existsSync } from "node:fs";
import { isAbsolute, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The file of a script as the engine names it: a path for CommonJS, a `file:` URL for ES modules, and
 * with module runners (tsx, vite) either of them with a query behind it.
 *
 * @returns an absolute path; undefined for what is no file (`node:` internals, `[eval]`, `wasm:`)
 */
export function scriptFile(name: string): string | undefined {
  // What is given by --eval or on the standard input poses as a file of the working directory.
  if (/[\\/]\[(?:eval|stdin)\d*\](?:-wrapper)?$/.test(name)) return undefined;
  if (name.startsWith("file:")) {
    try {
      return fileURLToPath(name);
    } catch {
      return undefined;
    }
  }
  // Vite's name for a file outside of its root.
  const path = name.startsWith("/@fs/") ? name.slice(name[6] === ":" ? 5 : 4) : name;
  if (!isAbsolute(path)) return undefined;
  // A question mark is legal in a file's name, so it is a query only where there is no such file.
  const query = path.search(/[?#]/);
  return normalize(query === -1 || existsSync(path) ? path : path.slice(0, query));
}
