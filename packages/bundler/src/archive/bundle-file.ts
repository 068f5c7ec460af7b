/** A file of the archive. */
export interface BundleFile {
  /** Relative to the archive's root, with `/` between segments. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits: `0o755` when the original may be executed, otherwise `0o644`. */
  readonly mode: number;
}

/** For what is read. Others must be able to read it too: the owner is lost on the way. */
export const PLAIN_MODE = 0o644;

/** For what is run. */
export const EXECUTABLE_MODE = 0o755;

/** The mode that an archive keeps of a file's own, which depends on the umask of its checkout. */
export function archivedMode(mode: number): number {
  return (mode & 0o111) === 0 ? PLAIN_MODE : EXECUTABLE_MODE;
}

/** The order of an archive: by path, whatever the locale. */
export function byPath(left: { path: string }, right: { path: string }): number {
  return left.path < right.path ? -1 : left.path > right.path ? 1 : 0;
}
