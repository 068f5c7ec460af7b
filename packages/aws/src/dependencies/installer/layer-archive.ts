import { readFile } from "node:fs/promises";
import JSZip from "jszip";
import type { ModuleFile } from "./module-files.js";

/** The first moment that a zip can express: the time of the installation is nobody's business. */
const FIRST_MOMENT = new Date(Date.UTC(1980, 0, 1));

/** In the Unix mode of an entry. */
const REGULAR_FILE = 0o100000;
const SYMBOLIC_LINK = 0o120000;

/** Files read at once: each holds a descriptor, of which a process has few. */
const READS_AT_ONCE = 32;

/**
 * The archive of a layer: the files where Node finds them on Lambda, below `nodejs/node_modules`, and the
 * `package.json` that tells what was asked for. What may be executed stays so, and links stay links.
 */
export async function layerArchive(
  files: readonly ModuleFile[],
  packageJson: string,
): Promise<Uint8Array> {
  const archive = new JSZip();
  const add = (path: string, content: Uint8Array | string, unixPermissions: number) =>
    archive.file(path, content, { date: FIRST_MOMENT, unixPermissions, createFolders: false });
  add("nodejs/package.json", packageJson, REGULAR_FILE | 0o644);
  for (let start = 0; start < files.length; start += READS_AT_ONCE) {
    const batch = files.slice(start, start + READS_AT_ONCE).map(async (file) => ({
      file,
      content: file.target ?? (await readFile(file.source)),
    }));
    for (const { file, content } of await Promise.all(batch)) {
      const kind = file.target === undefined ? REGULAR_FILE : SYMBOLIC_LINK;
      add(`nodejs/node_modules/${file.path}`, content, kind | file.mode);
    }
  }
  return archive.generateAsync({
    type: "uint8array",
    platform: "UNIX",
    compression: "DEFLATE",
    // A fifth larger than the best, in a third of the time: it is billed.
    compressionOptions: { level: 3 },
  });
}
