import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { BundleError } from "../errors.js";
import type { IncludeOption } from "../options.js";
import { isOutside, posixPath } from "./archive-path.js";
import { byPath } from "./bundle-file.js";

/** A file to be put into the archive. */
export interface IncludedFile {
  /** In the archive. */
  readonly path: string;
  /** On disk, absolute. */
  readonly source: string;
}

interface Selection {
  /** As the user wrote it. */
  readonly written: string;
  readonly cwd: string;
  readonly pattern: string;
  /** Named outright; below a directory, dotfiles are left out: they may be secrets, or a repository. */
  readonly dot: boolean;
}

/**
 * Finds the files of `include`, less those of `exclude`.
 *
 * @throws BundleError for what matches nothing, lies outside, or claims another's place.
 */
export async function findIncluded(
  include: readonly IncludeOption[],
  exclude: readonly string[],
  root: string,
): Promise<IncludedFile[]> {
  const files = new Map<string, IncludedFile>();
  for (const option of include) {
    const selection = await selectionOf(option, root);
    for (const path of await match(selection, exclude)) {
      const file = { path, source: resolve(selection.cwd, path) };
      const other = files.get(path);
      if (other !== undefined && other.source !== file.source) {
        throw failure(
          `Both ${other.source} and ${file.source} are included as "${path}". Leave one of them out.`,
        );
      }
      files.set(path, file);
    }
  }
  return [...files.values()].sort(byPath);
}

/** A file or a directory of that name comes before a pattern: names like `[id].json` are common. */
async function selectionOf(option: IncludeOption, root: string): Promise<Selection> {
  const { path: written, cwd: from = "." } = typeof option === "string" ? { path: option } : option;
  const cwd = resolve(root, from);
  const directory = await stat(cwd).catch(() => undefined);
  if (directory?.isDirectory() !== true) {
    throw failure(`The "cwd" of the included "${written}" is not a directory: ${cwd}.`);
  }
  const { escapePath } = await import("tinyglobby");
  const absolute = resolve(cwd, written);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) return { written, cwd, pattern: written, dot: false };
  const path = posixPath(relative(cwd, absolute));
  if (isOutside(path)) throw outside(written, cwd);
  if (found.isFile()) return { written, cwd, pattern: escapePath(path), dot: true };
  return { written, cwd, pattern: path === "" ? "**" : `${escapePath(path)}/**`, dot: false };
}

async function match(
  { written, cwd, pattern, dot }: Selection,
  exclude: readonly string[],
): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const matched = await glob(pattern, { cwd, dot, expandDirectories: false });
  if (matched.length === 0) {
    throw failure(
      `The included "${written}" matches no file in ${cwd}. Check its path; files whose names start with a dot must be named.`,
    );
  }
  if (matched.some(isOutside)) throw outside(written, cwd);
  if (exclude.length === 0) return matched;
  // Patterns to exclude see dotfiles too, which the search above must not: hence a second one.
  const ignore = exclude.map(posixPath).flatMap((each) => {
    const trimmed = each.replace(/^\.\/|\/+$/g, "");
    return [trimmed, `${trimmed}/**`];
  });
  const kept = new Set(await glob(pattern, { cwd, dot: true, expandDirectories: false, ignore }));
  return matched.filter((path) => kept.has(path));
}

function outside(written: string, cwd: string): BundleError {
  return failure(
    `The included "${written}" lies outside ${cwd}, so it would have no place in the archive. ` +
      `Say what its path starts from: { path, cwd }, where cwd is a directory above it.`,
  );
}

function failure(message: string): BundleError {
  return new BundleError("FAAST_BUNDLE_INCLUDE", message);
}
