import type { BigIntStats, Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { SizedFile } from "./totals.js";

/** What could not be read, and why. */
export interface ReadFailure {
  readonly path: string;
  readonly reason: string;
}

/** The files of a folder, sorted by path, and those that are left out. */
export interface Listing {
  readonly folder: string;
  readonly files: readonly SizedFile[];
  /** Too large to be read. */
  readonly tooLarge: readonly SizedFile[];
  /** Further names of files that are listed already. */
  readonly hardLinks: number;
  readonly unreadable: readonly ReadFailure[];
}

export interface WalkOptions {
  /** Files larger than that are left out. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Lists the files of a folder and of all below it. Symbolic links are not followed, so that nothing is
 * listed twice and nothing outside the folder is; a file of several names is listed by the first.
 */
export async function walk(folder: string, { maxBytes, signal }: WalkOptions): Promise<Listing> {
  const files: SizedFile[] = [];
  const tooLarge: SizedFile[] = [];
  const unreadable: ReadFailure[] = [];
  const linked = new Set<string>();
  let hardLinks = 0;

  const addFile = async (path: string) => {
    const stats = await lstat(join(folder, path), { bigint: true });
    if (isKnown(linked, stats)) {
      hardLinks++;
      return;
    }
    const file = { path, bytes: Number(stats.size) };
    if (file.bytes > maxBytes) tooLarge.push(file);
    else files.push(file);
  };
  const visit = async (directory: string): Promise<void> => {
    signal.throwIfAborted();
    for (const entry of await entries(join(folder, directory))) {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      try {
        if (entry.isDirectory()) await visit(path);
        else if (entry.isFile()) await addFile(path);
      } catch (error) {
        signal.throwIfAborted();
        unreadable.push({ path, reason: reasonOf(error) });
      }
    }
  };
  await visit("");
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { folder, files, tooLarge, hardLinks, unreadable };
}

/** Sorted, so that of a file's several names always the same one is the first. */
async function entries(directory: string): Promise<Dirent[]> {
  const found = await readdir(directory, { withFileTypes: true });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isKnown(linked: Set<string>, { nlink, dev, ino }: BigIntStats): boolean {
  if (nlink < 2n) return false;
  const identity = `${dev}:${ino}`;
  if (linked.has(identity)) return true;
  linked.add(identity);
  return false;
}

/** Why something could not be read, in a word where the system has one: `EACCES`. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
