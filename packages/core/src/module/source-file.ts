import { statSync } from "node:fs";
import { extname, join } from "node:path";

/** What a TypeScript program calls a file by, and what the file is called: TypeScript's own rule. */
const twins: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
  ".jsx": [".tsx"],
};

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"] as const;

/**
 * The files that a path may mean, likeliest first: the path itself, its TypeScript twin
 * (`functions.ts` for `functions.js`), the path with an extension added, and a folder's index.
 *
 * @param path - absolute
 * @returns absolute paths of existing files
 */
export function sourceFiles(path: string): string[] {
  const extension = extname(path);
  const stem = extension === "" ? path : path.slice(0, -extension.length);
  const spelled = [path, ...(twins[extension] ?? []).map((twin) => stem + twin)].filter(isFile);
  if (spelled.length > 0) return spelled;
  const extended = extensions.map((added) => path + added).filter(isFile);
  if (extended.length > 0) return extended;
  return extensions.map((added) => join(path, `index${added}`)).filter(isFile);
}

/** Whether the file is written in TypeScript, where imports and exports of types leave no trace. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/** Whether this can be a module with functions: neither JSON, nor a native addon, nor declarations. */
export function isProgram(file: string): boolean {
  return /(?:^|[\\/])[^\\/.]+$|\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file);
}

/** Whether the file belongs to an installed package, and not to the user's own program. */
export function isInPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
