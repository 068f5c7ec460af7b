import { realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BundleError } from "./errors.js";
import { isOutside, posixPath } from "./archive/archive-path.js";

/** Where the user's module lies, and where it belongs in the archive. */
export interface Project {
  /** Absolute; paths of the user's options start here. */
  readonly root: string;
  /** The module's file, absolute. */
  readonly moduleFile: string;
  /** The module's path in the archive, without its extension. */
  readonly moduleStem: string;
  /**
   * The directory that the archive's root stands for: `root`, or the module's directory when the module
   * lies outside. What is bundled names its sources relative to it, so never by the machine's paths.
   */
  readonly base: string;
}

/** Finds the module, and its place. */
export async function locateProject(module: string | URL, root = process.cwd()): Promise<Project> {
  const realRoot = await realDirectory(root);
  const given = await existingFile(module, realRoot, "module");
  const moduleFile = resolve(await realpath(dirname(given)), basename(given));
  const inside = relative(realRoot, moduleFile);
  const outside = isOutside(inside);
  const path = posixPath(outside ? basename(moduleFile) : inside);
  return {
    root: realRoot,
    moduleFile,
    moduleStem: path.slice(0, path.length - extname(path).length),
    base: outside ? dirname(moduleFile) : realRoot,
  };
}

/**
 * The absolute path of a file given by path or by URL.
 *
 * @throws BundleError naming it, when it is not there.
 */
export async function existingFile(
  file: string | URL,
  root: string,
  what: string,
): Promise<string> {
  const path = resolve(root, filePath(file, what));
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  const problem = found === undefined ? "there is no such file" : "it is not a file";
  throw new BundleError(
    "FAAST_BUNDLE_MODULE",
    `The ${what} ${path} cannot be read: ${problem}. Check its path.`,
  );
}

function filePath(file: string | URL, what: string): string {
  const isUrl = typeof file !== "string" || /^[a-z][a-z\d+.-]+:/i.test(file);
  // A Windows path ("C:\\...") has one letter before its colon, and so is no URL.
  if (!isUrl) return file;
  try {
    return fileURLToPath(file);
  } catch (error) {
    throw new BundleError(
      "FAAST_BUNDLE_MODULE",
      `The ${what} ${String(file)} is not a file: give a path or a file: URL.`,
      { cause: error },
    );
  }
}

async function realDirectory(root: string): Promise<string> {
  const path = await realpath(root).catch(() => undefined);
  if (path !== undefined && (await stat(path)).isDirectory()) return path;
  throw new BundleError(
    "FAAST_BUNDLE_OPTIONS",
    `The option "root" is not a directory: ${resolve(root)}.`,
  );
}
