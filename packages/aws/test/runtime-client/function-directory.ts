import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import JSZip from "jszip";

/** Unpacks an archive, as Lambda does. */
export async function unpack(archive: Uint8Array, directory: string): Promise<void> {
  const { files } = await JSZip.loadAsync(archive);
  for (const [path, file] of Object.entries(files)) {
    if (file.dir) continue;
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), await file.async("nodebuffer"));
  }
}
