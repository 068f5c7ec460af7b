import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Whether something was refused for want of permission. */
export function isDenied(error: unknown): boolean {
  return ["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/**
 * Lets their owner into all directories of a tree. Functions may have closed them: a copy of a read-only tree
 * does, and so does many an archive that is unpacked. Links are not followed; what is another's stays as it is,
 * for the removal to tell.
 */
export function openDirectories(path: string): void {
  try {
    if (!lstatSync(path).isDirectory()) return;
    chmodSync(path, 0o700);
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) openDirectories(join(path, entry.name));
  } catch {
    // Gone, or another's.
  }
}
