import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
/** Where the commands run: providers and modules are found from here. */
export const folder = fileURLToPath(new URL("./fixtures/cli", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built program as a script would: without a terminal. */
export function faastCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  {
    onStart = () => undefined,
    stdout = "pipe",
  }: { onStart?: (child: ChildProcess) => void; stdout?: "pipe" | number } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, FORCE_COLOR: undefined, ...env },
    stdio: ["ignore", stdout, "pipe"],
  });
  onStart(child);
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => (ended.stdout += String(chunk)));
  child.stderr?.on("data", (chunk) => (ended.stderr += String(chunk)));
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}
