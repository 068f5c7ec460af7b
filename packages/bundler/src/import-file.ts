import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { randomUUID } from "node:crypto";
import { sourceRootOf } from "./archive/source-map.js";
import { compile } from "./build/compile.js";
import { existingFile } from "./project.js";

/** What the file system says where nothing may be written. */
const readOnly = ["EACCES", "EPERM", "EROFS"];

/**
 * Imports a file of configuration, in JavaScript or TypeScript, on any Node.js.
 *
 * Its own files are compiled with it; packages are imported as they are, from where the file lies. To that
 * end a file is written beside it for a moment. Where that is not possible its packages are compiled in
 * as well, and the file is written to the system's temporary directory.
 *
 * Every call reads the file anew.
 *
 * @param path - A path (relative to the current directory) or a `file:` URL.
 * @returns the namespace of the file's module.
 * @throws {@link BundleError} when the file is missing or does not compile; whatever the file itself throws.
 *
 * @example
 * ```ts
 * import { importFile } from "@faast/bundler";
 * const { default: config } = await importFile("faast.config.ts");
 * ```
 */
export async function importFile(path: string | URL): Promise<Record<string, unknown>> {
  const file = await existingFile(path, process.cwd(), "configuration file");
  const directory = dirname(file);
  const name = `.${basename(file, extname(file))}.${process.pid}.${randomUUID()}.mjs`;
  const beside = join(directory, name);
  try {
    await writeFile(beside, await compiled(file, "external"), { flag: "wx" });
  } catch (error) {
    if (!readOnly.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return importElsewhere(file);
  }
  return importAndRemove(beside, beside);
}

async function importElsewhere(file: string): Promise<Record<string, unknown>> {
  const code = await compiled(file, "bundle");
  const directory = await mkdtemp(join(tmpdir(), "faast-config-"));
  const copy = join(directory, "config.mjs");
  await writeFile(copy, code);
  return importAndRemove(copy, directory);
}

async function importAndRemove(file: string, removed: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } finally {
    await rm(removed, { recursive: true, force: true });
  }
}

async function compiled(file: string, packages: "external" | "bundle"): Promise<Uint8Array> {
  const url = JSON.stringify(pathToFileURL(file).href);
  const filename = JSON.stringify(file);
  const dirName = JSON.stringify(dirname(file));
  const { outputFiles } = await compile({
    absWorkingDir: dirname(file),
    entryPoints: [file],
    target: `node${process.versions.node}`,
    packages,
    // The file must see its own name, not that of the moment's copy.
    define: {
      "import.meta.url": url,
      "import.meta.filename": filename,
      "import.meta.dirname": dirName,
      __filename: filename,
      __dirname: dirName,
    },
    sourcemap: "inline",
    sourceRoot: sourceRootOf(dirname(file)),
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
