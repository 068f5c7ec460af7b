import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ENTRY_PATH } from "./build/entry-build.js";
import type { PackageJson } from "./options.js";
import { archivedPackageJson } from "./package-json.js";

/** The lockfiles that npm reads, the first one first. */
const lockNames = ["npm-shrinkwrap.json", "package-lock.json"] as const;

/** A lockfile. */
export interface LockFile {
  readonly name: (typeof lockNames)[number];
  readonly content: string;
}

/** What is to be installed, and what decides how. */
export interface DependencySource {
  /** The archive's `package.json`. */
  readonly packageJson: string;
  /** The lockfile beside the original, by its name. */
  readonly lock: LockFile | undefined;
  /** The `.npmrc` beside the original. It may hold secrets: no copy of it is kept. */
  readonly npmrc: string | undefined;
}

/**
 * Reads the option `packageJson` as {@link bundle} does, and what lies beside that file: its lockfile and
 * `.npmrc`. Where the option is an object, there is no lockfile that is its own, and `.npmrc` is that of
 * the working directory.
 *
 * @param archived - the archive's `package.json`, where it has been made already.
 * @throws {@link BundleError} when it cannot be read, or is not what npm expects.
 *
 * @example
 * ```ts
 * import { dependencySource, installArguments } from "@faast/bundler";
 * const source = await dependencySource("functions/package.json");
 * console.log("npm", ...installArguments(source));
 * ```
 */
export async function dependencySource(
  option: string | PackageJson,
  archived?: string,
): Promise<DependencySource> {
  const packageJson = archived ?? (await contentOfOption(option));
  const beside = typeof option === "string" ? dirname(resolve(option)) : process.cwd();
  const npmrc = await contentOf(join(beside, ".npmrc"));
  if (typeof option !== "string") return { packageJson, npmrc, lock: undefined };
  for (const name of lockNames) {
    const content = await contentOf(join(beside, name));
    if (content !== undefined) return { packageJson, npmrc, lock: { name, content } };
  }
  return { packageJson, npmrc, lock: undefined };
}

async function contentOfOption(option: string | PackageJson): Promise<string> {
  const { content } = await archivedPackageJson(option, ENTRY_PATH, process.cwd());
  return Buffer.from(content).toString();
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The arguments with which npm installs it: the same for every provider. */
export function installArguments({ lock }: DependencySource): readonly string[] {
  const command = ["install", "--omit=dev", "--no-audit", "--no-fund"];
  return lock === undefined ? [...command, "--no-package-lock"] : command;
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
 *
 * @param platform - what decides which builds of native dependencies are chosen.
 */
export function sourceKey(
  { lock, npmrc, packageJson }: DependencySource,
  platform: readonly (string | undefined)[],
): string | undefined {
  // The entry's name is ours, and decides nothing.
  const { main: _, ...manifest } = JSON.parse(packageJson) as Manifest;
  if (Object.keys(manifest.scripts ?? {}).length > 0) return undefined;
  const versions = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const isNamed = (version: string) => version.startsWith("npm:") || !/[:/]/.test(version);
  if (!Object.values(versions).every(isNamed)) return undefined;
  return createHash("sha256")
    .update(JSON.stringify([manifest, lock, npmrc, platform]))
    .digest("hex")
    .slice(0, 40);
}
