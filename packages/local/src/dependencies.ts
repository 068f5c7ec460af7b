import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FaastCreateFunctionError } from "@faast/core/provider";

const run = promisify(execFile);

/** Characters of npm's output that an error shows: its end, where the reason is. */
const SHOWN_OUTPUT = 4000;

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
