import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { npmProgram } from "./npm-program.js";

/** Characters of npm's output that are kept: its end, where the reason is. */
const KEPT_OUTPUT = 4_000;

/** How npm is run. */
export interface NpmRun {
  /** Where the `package.json` is, and where `node_modules` is to be. */
  readonly directory: string;
  /** Where npm may keep what it needs for the moment. */
  readonly scratch: string;
  readonly command: readonly string[];
  /** Milliseconds that it may take. */
  readonly time: number;
}

/** Runs npm. Gives why it failed, if it did, and the end of what it printed. */
export async function runNpm(run: NpmRun): Promise<{ failure?: string; output: string }> {
  const { command, directory, time } = run;
  const [program, ...first] = await npmProgram();
  const child = spawn(program, [...first, ...command], {
    cwd: directory,
    env: environment(run),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what npm starts is ended with it.
    detached: true,
  });
  let output = "";
  const take = (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-KEPT_OUTPUT));
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, time);
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => resolve(`npm could not be started: ${message}`));
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : `npm ended with ${signal ?? `code ${code}`}`),
    );
  });
  clearTimeout(timer);
  if (failure === undefined) return { output };
  const seconds = Math.round(time / 1000);
  return { failure: late ? `npm took longer than ${seconds} s` : failure, output };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/**
 * What npm, and the scripts of the packages that it installs, get to see: nothing of the function's own
 * credentials. Only the temporary directory can be written to.
 */
function environment({ scratch }: NpmRun): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:AWS|_AWS|FAAST)_|^_(?:HANDLER|X_AMZN_TRACE_ID)$|^NODE_PATH$/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter),
    HOME: join(scratch, "home"),
    npm_config_cache: join(scratch, "cache"),
    npm_config_update_notifier: "false",
    npm_config_color: "false",
    // Its files are gone when the error is read that would name them.
    npm_config_logs_max: "0",
    npm_config_progress: "false",
  };
}
