import { readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { OWNER_FILE } from "./owner-file.js";

/**
 * Removes the directory of an instance piece by piece, so that it can be given up between two of them; last
 * of all goes what tells whose it is.
 *
 * @throws the signal's reason, or what the file system says; something that is gone is no failure.
 */
export async function removeDirectory(path: string, signal: AbortSignal): Promise<void> {
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name === OWNER_FILE) continue;
      await removeTree(join(path, entry.name), entry.isDirectory(), signal);
    }
    signal.throwIfAborted();
    // Nothing comes between the two.
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
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
