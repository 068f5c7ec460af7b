import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { DependencySource } from "@faast/bundler";
import { DependencyCache, type CacheUse } from "./dependency-cache.js";
import { npmInstall } from "./npm-install.js";
import type { Reaper } from "./reaper.js";

/**
 * Reads a `package.json`, whose dependencies are to be installed elsewhere: relative `file:` paths, which
 * start from it (or, where it is an object, from the working directory), become absolute.
 */
export async function withAbsolutePaths(
  packageJson: string | Record<string, unknown>,
): Promise<string | Record<string, unknown>> {
  const content = typeof packageJson === "string" ? await parsed(packageJson) : packageJson;
  // The bundler says what is wrong with a file that cannot be read.
  if (content === undefined) return packageJson;
  const base = typeof packageJson === "string" ? dirname(resolve(packageJson)) : process.cwd();
  const { dependencies } = content;
  if (typeof dependencies !== "object" || dependencies === null) return content;
  const absolute = Object.entries(dependencies).map(([name, version]) => [
    name,
    typeof version === "string" && version.startsWith("file:")
      ? `file:${resolve(base, version.slice("file:".length))}`
      : (version as unknown),
  ]);
  return { ...content, dependencies: Object.fromEntries(absolute) as unknown };
}

async function parsed(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** How the dependencies of an instance are installed. */
export interface InstallTerms {
  /** The option `packageJson`. */
  readonly option: string | Record<string, unknown>;
  /** The directory of the functions' code, with the archive's `package.json` in it. */
  readonly directory: string;
  /** Use what an earlier job has installed. */
  readonly caching: boolean;
  readonly signal: AbortSignal;
  /** Ends npm if this process is killed. */
  readonly reaper: Reaper;
}

/**
 * Installs dependencies, so that they are found from the code, or links to what an earlier job has
 * installed. The result is the use of that, which is to be released; undefined if they are the instance's own.
 *
 * @throws FaastCreateFunctionError with npm's output.
 */
export async function installDependencies(terms: InstallTerms): Promise<CacheUse | undefined> {
  const { caching, directory, option } = terms;
  const { dependencySource, sourceKey } = await import("@faast/bundler");
  const packageJson = await readFile(join(directory, "package.json"), "utf8");
  const source = await dependencySource(option, packageJson);
  const key = sourceKey(source, platform());
  // What the option `include` has put there is to be found beside the dependencies.
  if (!caching || key === undefined || existsSync(join(directory, "node_modules"))) {
    await install(source, directory, terms);
    return undefined;
  }
  return new DependencyCache().link(directory, {
    key,
    locked: source.lock !== undefined,
    install: (staging) => install(source, staging, terms),
    signal: terms.signal,
  });
}

async function install(
  source: DependencySource,
  directory: string,
  { reaper, signal }: InstallTerms,
): Promise<void> {
  const { installArguments } = await import("@faast/bundler");
  const extra = await writeSource(source, directory);
  try {
    await npmInstall({ directory, signal, command: installArguments(source), reaper });
  } finally {
    for (const path of extra) await rm(path, { force: true });
  }
}

/** Writes it where npm is to run; the result tells what to remove again when npm is done. */
async function writeSource(source: DependencySource, directory: string): Promise<string[]> {
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

/** What decides here which builds of native dependencies npm chooses. */
function platform(): string[] {
  const [major = ""] = process.versions.node.split(".");
  const libc = isGlibc() ? "glibc" : "other";
  return [major, process.versions.modules, process.platform, process.arch, libc];
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
