import { readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isDenied, openDirectories } from "./directory-access.js";

/**
 * Removes a directory piece by piece, so that it can be given up between two of them.
 *
 * @throws the signal's reason, or what the file system says; something that is gone is no failure.
 */
export async function removeDirectory(path: string, signal: AbortSignal): Promise<void> {
  try {
    await removeTree(path, true, signal);
  } catch (error) {
    if (!isDenied(error)) throw error;
    openDirectories(path);
    await removeTree(path, true, signal);
  }
}

/** Links are removed, not followed. */
async function removeTree(path: string, isDirectory: boolean, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    if (!isDirectory) return await unlink(path);
    for (const entry of await readdir(path, { withFileTypes: true }))
      await removeTree(join(path, entry.name), entry.isDirectory(), signal);
    await rmdir(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
