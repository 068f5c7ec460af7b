import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The lockfiles that npm reads, the first one first. */
const lockNames = ["npm-shrinkwrap.json", "package-lock.json"] as const;

/** What is to be installed, and what decides how. */
export interface DependencySource {
  /** The archive's `package.json`. */
  readonly packageJson: string;
  /** The lockfile beside the original, by its name. */
  readonly lock: { readonly name: string; readonly content: string } | undefined;
  /** The `.npmrc` beside the original. It may hold secrets: no copy of it is kept. */
  readonly npmrc: string | undefined;
}

/**
 * Reads what lies beside the `package.json` of the option: its lockfile and `.npmrc`. Where the option is
 * an object, there is no lockfile that is its own, and `.npmrc` is that of the working directory.
 */
export async function dependencySource(
  option: string | Record<string, unknown>,
  packageJson: string,
): Promise<DependencySource> {
  const beside = typeof option === "string" ? dirname(resolve(option)) : process.cwd();
  const npmrc = await contentOf(join(beside, ".npmrc"));
  if (typeof option !== "string") return { packageJson, npmrc, lock: undefined };
  for (const name of lockNames) {
    const content = await contentOf(join(beside, name));
    if (content !== undefined) return { packageJson, npmrc, lock: { name, content } };
  }
  return { packageJson, npmrc, lock: undefined };
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes it where npm is to run; the result tells what to remove again when npm is done. */
export async function writeSource(source: DependencySource, directory: string): Promise<string[]> {
  const { lock, npmrc, packageJson } = source;
  await writeFile(join(directory, "package.json"), packageJson);
  const extra: string[] = [];
  const write = async (name: string, content: string, mode: number) => {
    const path = join(directory, name);
    await writeFile(path, content, { mode });
    extra.push(path);
  };
  if (lock !== undefined) await write(lock.name, lock.content, 0o644);
  if (npmrc !== undefined) await write(".npmrc", npmrc, 0o600);
  return extra;
}

/** What of a `package.json` is of interest here. */
interface Manifest {
  readonly main?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Names an installation by everything that decides what it is; undefined where something decides that
 * cannot be seen: the content of a directory (`file:`), the tip of a branch, or scripts of the project's
 * own, which may look for its files.
 */
export function sourceKey({ lock, npmrc, packageJson }: DependencySource): string | undefined {
  // The entry's name is ours, and decides nothing.
  const { main: _, ...manifest } = JSON.parse(packageJson) as Manifest;
  if (Object.keys(manifest.scripts ?? {}).length > 0) return undefined;
  const versions = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const isNamed = (version: string) => version.startsWith("npm:") || !/[:/]/.test(version);
  if (!Object.values(versions).every(isNamed)) return undefined;
  const [major] = process.versions.node.split(".");
  const libc = isGlibc() ? "glibc" : "other";
  const platform = [major, process.versions.modules, process.platform, process.arch, libc];
  return createHash("sha256")
    .update(JSON.stringify([manifest, lock, npmrc, platform]))
    .digest("hex")
    .slice(0, 40);
}

/** Whether the system has glibc: some native dependencies come in a variant for each C library. */
function isGlibc(): boolean {
  // Without it, the names of all connected machines would be looked up.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  report.excludeNetwork = excludeNetwork;
  return header?.glibcVersionRuntime !== undefined;
}
