import type { Plugin } from "esbuild";
import { dirname } from "node:path";
import { PLAIN_MODE, type BundleFile } from "../archive/bundle-file.js";
import { compile } from "./compile.js";

/** The worker's entry in an archive. */
export const ENTRY_PATH = "index.mjs";

interface EntryBuildOptions {
  /** Absolute. */
  readonly entryFile: string;
  /** The user's bundle, in the archive. */
  readonly modulePath: string;
  readonly external: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bundles the worker's entry: small, since every cold start reads it, and apart from the user's code,
 * which it loads when it runs. What goes wrong in that code is then an error that it can report.
 */
export async function buildEntry(options: EntryBuildOptions): Promise<BundleFile> {
  const { entryFile, modulePath, external, signal } = options;
  const { outputFiles } = await compile(
    {
      absWorkingDir: dirname(entryFile),
      entryPoints: [{ in: entryFile, out: "index" }],
      outdir: dirname(entryFile),
      outExtension: { ".js": ".mjs" },
      minify: true,
      legalComments: "none",
      external: [...external],
      plugins: [userModule(modulePath)],
    },
    signal,
  );
  return {
    path: ENTRY_PATH,
    content: outputFiles[0]?.contents ?? new Uint8Array(),
    mode: PLAIN_MODE,
  };
}

/** Makes `import("faast:module")` the import of the user's bundle. */
function userModule(modulePath: string): Plugin {
  // The specifier is a URL: `#`, `?` and `%` in a file's name would not be part of its path.
  const specifier = `./${modulePath.split("/").map(encodeURIComponent).join("/")}`;
  return {
    name: "faast-user-module",
    setup(build) {
      build.onResolve({ filter: /^faast:module$/ }, () => ({ path: specifier, external: true }));
    },
  };
}
