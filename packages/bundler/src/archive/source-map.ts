import { pathToFileURL } from "node:url";
import type { BundleFile } from "./bundle-file.js";

/**
 * A directory as `sourceRoot` of a source map. Node puts it before each source, as text, and resolves
 * the whole against the map's own URL: so it must end in a slash.
 */
export function sourceRootOf(directory: string): string {
  return `${pathToFileURL(directory).href.replace(/\/$/, "")}/`;
}

/** A source map whose sources are found in the user's project, wherever the map itself lies. */
export function withSourceRoot(map: BundleFile, sourceRoot: string): BundleFile {
  const parsed = JSON.parse(Buffer.from(map.content).toString()) as Record<string, unknown>;
  return { ...map, content: Buffer.from(JSON.stringify({ ...parsed, sourceRoot })) };
}
