import type { BundleFile } from "./bundle-file.js";

/** The first moment that a zip can express. jszip writes a date's UTC fields, whatever the time zone. */
const FIRST_MOMENT = new Date(Date.UTC(1980, 0, 1));

/** In the Unix mode of an entry: a regular file. */
const REGULAR_FILE = 0o100000;

/**
 * A zip of the files, the same bytes for the same files: no times, no directories, a fixed order.
 * jszip compresses in JavaScript, so that Node's version of zlib has no say in the bytes either.
 */
export async function zip(files: readonly BundleFile[]): Promise<Uint8Array> {
  const { default: JSZip } = await import("jszip");
  const archive = new JSZip();
  for (const { path, content, mode } of files) {
    archive.file(path, content, {
      date: FIRST_MOMENT,
      unixPermissions: REGULAR_FILE | mode,
      createFolders: false,
    });
  }
  return archive.generateAsync({
    type: "uint8array",
    platform: "UNIX",
    compression: "DEFLATE",
    // A higher level takes twice the time, to save one byte in a hundred.
    compressionOptions: { level: 6 },
  });
}
