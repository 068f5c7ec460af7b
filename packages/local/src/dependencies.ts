import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { FaastCreateFunctionError } from "@faast/core/provider";

const run = promisify(execFile);

/** Characters of npm's output that an error shows: its end, where the reason is. */
const SHOWN_OUTPUT = 4000;

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

/**
 * Installs the dependencies of the `package.json` in `directory`.
 *
 * @throws FaastCreateFunctionError with npm's output.
 */
export async function installDependencies(directory: string, signal: AbortSignal): Promise<void> {
  const command = ["install", "--omit=dev", "--no-package-lock", "--no-audit", "--no-fund"];
  try {
    await run("npm", command, {
      cwd: directory,
      signal,
      shell: process.platform === "win32",
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const output = `${stdout}${stderr}`.trim().slice(-SHOWN_OUTPUT);
    throw new FaastCreateFunctionError(
      `The dependencies of the option "packageJson" could not be installed (npm ${command.join(" ")}):\n${output}`,
      { cause: error },
    );
  }
}
