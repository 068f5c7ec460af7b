import { readFile, stat } from "node:fs/promises";
import { BundleError } from "../errors.js";
import { isOutside } from "./archive-path.js";
import { archivedMode, byPath, type BundleFile } from "./bundle-file.js";
import type { IncludedFile } from "./included-files.js";

/** Files read at once: each holds a descriptor, of which a process has few. */
const READS_AT_ONCE = 32;

/**
 * Puts our own files and the included ones in order.
 *
 * @throws BundleError when two claim the same place.
 */
export async function assemble(
  own: readonly BundleFile[],
  included: readonly IncludedFile[],
): Promise<BundleFile[]> {
  const files = new Map<string, BundleFile>();
  for (const file of own) {
    if (isOutside(file.path) || files.has(file.path)) {
      throw new BundleError(
        "FAAST_BUNDLE_OPTIONS",
        `The bundle emits "${file.path}", which ${files.has(file.path) ? "is another file of the archive" : "lies outside the archive"}. Check esbuildOptions.assetNames.`,
      );
    }
    files.set(file.path, file);
  }
  for (const { path, source } of included) {
    if (!files.has(path)) continue;
    throw new BundleError(
      "FAAST_BUNDLE_INCLUDE",
      `The included ${source} would replace "${path}", which the bundle itself puts into the archive. ` +
        `Leave it out: exclude: [${JSON.stringify(path)}].`,
    );
  }
  for (let start = 0; start < included.length; start += READS_AT_ONCE) {
    const batch = await Promise.all(included.slice(start, start + READS_AT_ONCE).map(readIncluded));
    for (const file of batch) files.set(file.path, file);
  }
  return [...files.values()].sort(byPath);
}

async function readIncluded({ path, source }: IncludedFile): Promise<BundleFile> {
  try {
    const [content, { mode }] = await Promise.all([readFile(source), stat(source)]);
    return { path, content, mode: archivedMode(mode) };
  } catch (error) {
    throw new BundleError(
      "FAAST_BUNDLE_INCLUDE",
      `The included ${source} cannot be read (${(error as Error).message}). Repair it, or exclude it.`,
      { cause: error },
    );
  }
}
