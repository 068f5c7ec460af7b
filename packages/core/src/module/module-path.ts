import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { missingFile, unusableReference } from "./module-not-found.js";
import { sourceFiles } from "./source-file.js";

/**
 * The file that the user named by a URL or a path.
 *
 * @param reference - a `file:` URL or a path; a relative path counts from the working directory and,
 *   failing that, from the folder of the nearest caller
 * @param callers - absolute paths, nearest first
 * @throws FaastModuleError when there is no such file, with all that was tried
 */
export function locatePath(reference: string, callers: readonly string[]): string {
  const tried = possiblePaths(reference, callers);
  for (const path of tried) {
    const [file] = sourceFiles(path);
    if (file !== undefined) return file;
  }
  throw missingFile(reference, tried);
}

function possiblePaths(reference: string, callers: readonly string[]): string[] {
  if (reference.trim() === "") throw unusableReference(reference, "it is empty");
  // Two letters at least: `C:\functions.js` is a path.
  if (/^[a-z][a-z0-9+.-]+:/i.test(reference)) return [pathOfUrl(reference)];
  if (isAbsolute(reference)) return [resolve(reference)];
  const [nearest] = callers;
  const bases = [process.cwd(), ...(nearest === undefined ? [] : [dirname(nearest)])];
  return [...new Set(bases.map((base) => resolve(base, reference)))];
}

function pathOfUrl(url: string): string {
  if (!/^file:/i.test(url)) {
    throw unusableReference(url, "only files can be bundled, so a URL must begin with file:");
  }
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw unusableReference(url, cause instanceof Error ? cause.message : "it is no URL of a file");
  }
}
