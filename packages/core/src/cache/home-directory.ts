import { isAbsolute, join, relative, sep } from "node:path";
import { FaastOptionsError } from "../errors.js";

/**
 * The absolute path of a directory below the home directory.
 *
 * @throws FaastOptionsError if it is the home directory itself, or elsewhere.
 */
export function insideHome(home: string, directory: unknown): string {
  const reason = whyOutside(home, directory);
  if (reason === undefined) return join(home, directory as string);
  throw new FaastOptionsError(
    `The directory of PersistentCache must be a path below the home directory, such as ".my-project/cache": ${reason}.`,
  );
}

function whyOutside(home: string, directory: unknown): string | undefined {
  if (typeof directory !== "string") return `it is of type ${typeof directory}`;
  const shown = JSON.stringify(directory);
  if (directory.includes("\0")) return `${shown} has a NUL in it`;
  if (isAbsolute(directory)) return `${shown} is absolute`;
  const path = relative(home, join(home, directory));
  if (path === "") return `${shown} is the home directory itself`;
  if (path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)) return `${shown} leaves it`;
  return undefined;
}
