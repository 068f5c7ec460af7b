import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BundleFile } from "./bundle-file.js";

/** Writes files below a directory, which is made if need be. */
export async function writeFiles(files: readonly BundleFile[], directory: string): Promise<void> {
  const parents = new Set(files.map(({ path }) => dirname(join(directory, path))));
  await mkdir(directory, { recursive: true });
  for (const parent of parents) await mkdir(parent, { recursive: true });
  for (const { path, content, mode } of files) {
    const file = join(directory, path);
    await writeFile(file, content);
    // The mode given to `writeFile` is subject to the umask, and ignored where the file exists.
    await chmod(file, mode);
  }
}
