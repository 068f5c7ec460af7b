import { fork, type ChildProcess, type StdioOptions } from "node:child_process";

/** What a process for the user's module is started with. */
export interface ProcessForkOptions {
  /** The program: an archive's entry, which calls `serveProcess`. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Heap limit, in MB; 0: Node's own. */
  readonly heapLimit: number;
  /** Further options of Node for the process. Default: none. */
  readonly execArgv?: readonly string[];
  /** Where standard output and error go: a file descriptor, or whoever takes what is written. */
  readonly output: number | ((chunk: Buffer) => void);
}

/** Starts a process that can run the user's module, with a channel to it. */
export function forkProcess(options: ProcessForkOptions): ChildProcess {
  const child = fork(options.entry, [], {
    cwd: options.cwd,
    env: options.env,
    execArgv: [
      ...(options.heapLimit > 0 ? [`--max-old-space-size=${options.heapLimit}`] : []),
      ...(options.execArgv ?? []),
    ],
    serialization: "advanced",
    stdio: stdioFor(options.output),
  });
  if (typeof options.output === "function") {
    child.stdout?.on("data", options.output);
    child.stderr?.on("data", options.output);
  }
  return child;
}

function stdioFor(output: ProcessForkOptions["output"]): StdioOptions {
  const each = typeof output === "number" ? output : "pipe";
  return ["ignore", each, each, "ipc"];
}
