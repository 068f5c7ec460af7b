import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "./bundle.js";

/**
 * Writes the archive to `<name>.zip` in the directory that the environment variable `FAAST_PACKAGE_DIR`
 * names, so that one can see what was sent. Does nothing where the variable is not set.
 *
 * @param name - What the archive is for, such as the name of the function; without a directory.
 * @returns the file written, if any.
 * @throws whatever the file system says.
 *
 * @example
 * ```ts
 * import { bundle, writeInspectionCopy } from "@faast/bundler";
 * const bundled = await bundle({ module: "src/functions.ts" });
 * const file = await writeInspectionCopy(bundled, "functions");
 * if (file !== undefined) console.log(`look into ${file}`);
 * ```
 */
export async function writeInspectionCopy(
  bundle: Pick<Bundle, "archive">,
  name: string,
): Promise<string | undefined> {
  const directory = process.env.FAAST_PACKAGE_DIR;
  if (directory === undefined || directory === "") return undefined;
  const file = join(directory, `${name.replaceAll(/[/\\:]/g, "_")}.zip`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, await bundle.archive());
  return file;
}
