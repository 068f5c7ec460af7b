import { spawn, type ChildProcess } from "node:child_process";
import { FaastCreateFunctionError } from "@faast/core/provider";
import type { Reaper } from "./reaper.js";

/** Characters of npm's output that an error shows: its end, where the reason is. */
const SHOWN_OUTPUT = 4000;
/** Milliseconds that npm may take. */
const INSTALL_TIME = 10 * 60_000;
/** Milliseconds between the request to end and the end by force. */
const END_GRACE = 2000;

const isWindows = process.platform === "win32";

/** What an installation is given. */
export interface InstallOptions {
  /** Where the `package.json` is, and where `node_modules` is to be. */
  readonly directory: string;
  /** Gives it up: npm and whatever it has started are ended. */
  readonly signal: AbortSignal;
  /** The arguments for npm. */
  readonly command: readonly string[];
  /** Ends npm if this process is killed. */
  readonly reaper: Pick<Reaper, "watch" | "forget">;
  /** Milliseconds that it may take. Default: ten minutes. */
  readonly time?: number;
}

/**
 * Runs `npm install` for the `package.json` of a directory.
 *
 * @throws FaastCreateFunctionError with npm's output, or the signal's reason.
 */
export async function npmInstall(options: InstallOptions): Promise<void> {
  const { command, directory, reaper, signal, time = INSTALL_TIME } = options;
  signal.throwIfAborted();
  const child = spawn("npm", command, {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    shell: isWindows,
    // A group of its own: what npm starts is ended with it.
    detached: !isWindows,
  });
  // A negative id names the group.
  const group = child.pid === undefined ? undefined : -child.pid;
  if (group !== undefined) reaper.watch(group);
  let output = "";
  const take = (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-SHOWN_OUTPUT));
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  let ended = "";
  const end = (reason: string) => {
    ended ||= reason;
    endGroup(child, "SIGTERM");
    force ??= setTimeout(() => endGroup(child, "SIGKILL"), END_GRACE);
  };
  let force: NodeJS.Timeout | undefined;
  const late = setTimeout(() => end(`it took longer than ${time / 1000} s`), time);
  const onAbort = () => end("it was given up");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const failure = await outcome(child);
    signal.throwIfAborted();
    const reason = ended || failure;
    if (reason === undefined) return;
    throw new FaastCreateFunctionError(
      `The dependencies of the option "packageJson" could not be installed (npm ${command.join(" ")}): ${reason}\n${output.trim()}`,
    );
  } finally {
    clearTimeout(late);
    clearTimeout(force);
    signal.removeEventListener("abort", onAbort);
    if (group !== undefined) reaper.forget(group);
  }
}

/** Resolves when it has ended: with what went wrong, if anything did. */
function outcome(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on("error", ({ message }) =>
      resolve(`npm could not be started (is it on the PATH?): ${message}`),
    );
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : `npm ended with ${signal ?? `code ${code}`}`),
    );
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid === undefined || isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It is gone.
  }
}
