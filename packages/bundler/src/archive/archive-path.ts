import { isAbsolute, sep } from "node:path";

/** A path as archives write it. */
export function posixPath(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** Whether a relative path leaves the directory that it starts from. */
export function isOutside(path: string): boolean {
  return path === ".." || path.startsWith("../") || path.startsWith(`..${sep}`) || isAbsolute(path);
}
