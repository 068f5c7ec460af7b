import { readdir, readlink, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";

/** A file below `node_modules`, or a link. */
export interface ModuleFile {
  /** Relative to `node_modules`, with `/` between segments. */
  readonly path: string;
  /** On disk, absolute. */
  readonly source: string;
  readonly bytes: number;
  /** Permission bits of the file, `0o644` or `0o755`. */
  readonly mode: number;
  /** For a link: where it points to, relative to its own directory. */
  readonly target?: string;
}

/** npm's own notes, for its next run: they tell where packages came from, which may hold secrets. */
const leftOut = new Set([".package-lock.json", ".cache"]);

/** Bytes that Lambda unpacks of a function and its layers, in all: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_UNPACKED = 262_144_000;

/** Packages that an error names. */
const NAMED_PACKAGES = 5;

/** All files below a `node_modules`, in order. */
export async function moduleFiles(root: string): Promise<ModuleFile[]> {
  const found: ModuleFile[] = [];
  await collect(root, root, found);
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function collect(directory: string, root: string, found: ModuleFile[]): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    // Nothing was installed, as where no optional dependency fits.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && directory === root) return [];
    throw error;
  });
  for (const entry of entries) {
    if (directory === root && leftOut.has(entry.name)) continue;
    const source = join(directory, entry.name);
    const path = relative(root, source).split(sep).join("/");
    if (entry.isDirectory()) await collect(source, root, found);
    else if (entry.isSymbolicLink()) {
      const target = await linkTarget(source, root);
      if (target !== undefined) found.push({ path, source, bytes: 0, mode: 0o755, target });
    } else if (entry.isFile()) {
      const { mode, size } = await stat(source);
      // Whoever runs the function is not who has installed this: all must be able to read it.
      found.push({ path, source, bytes: size, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 });
    }
  }
}

/** Undefined for a link out of `node_modules`, which leads nowhere where the layer is. */
async function linkTarget(link: string, root: string): Promise<string | undefined> {
  const text = await readlink(link);
  const absolute = isAbsolute(text) ? text : join(dirname(link), text);
  if (relative(root, absolute).startsWith("..")) return undefined;
  return relative(dirname(link), absolute).split(sep).join("/");
}

/** Why the files cannot be a layer, with the packages to blame; undefined: they can. */
export function oversize(
  files: readonly ModuleFile[],
  limit = LARGEST_UNPACKED,
): string | undefined {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return undefined;
  const sizes = new Map<string, number>();
  for (const { bytes, path } of files) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
    sizes.set(name, (sizes.get(name) ?? 0) + bytes);
  }
  const largest = [...sizes]
    .sort(([, left], [, right]) => right - left)
    .slice(0, NAMED_PACKAGES)
    .map(([name, bytes]) => `${name} (${megabytes(bytes)})`);
  return `they take ${megabytes(total)}, and Lambda unpacks at most ${megabytes(limit)} of a function and its layers. The largest packages are ${largest.join(", ")}: leave out of "packageJson" what the functions do not need, or what can be bundled`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;
}
