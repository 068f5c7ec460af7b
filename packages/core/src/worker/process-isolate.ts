import { fork, type StdioOptions } from "node:child_process";
import { packMessage, unpackMessages } from "./channel-codec.js";
import type { Isolate, IsolateEvents, IsolateExit } from "./isolate.js";
import type { FromIsolate } from "./isolate-messages.js";

/** Milliseconds that a process has to end by itself when it is asked to. */
const STOP_GRACE = 1000;
/** Milliseconds that what a dead process has sent may take to arrive. */
const DRAIN_GRACE = 1000;

/** How V8 ends a process whose heap is exhausted, depending on version and platform. */
const abortSignals: ReadonlySet<NodeJS.Signals | null> = new Set(["SIGABRT", "SIGTRAP", "SIGILL"]);
const abortCodes: ReadonlySet<number | null> = new Set([133, 134]);
/** What V8 prints then. No structured report of it reaches the parent process. */
const outOfMemoryBanner = /heap out of memory|Reached heap limit|process OOM/;

export interface ProcessIsolateOptions {
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
  /** What the process has printed at last, to tell an exhausted heap from other ends. */
  readonly lastOutput: () => string;
  /** Told the process id when it is known, and when the process is gone. */
  readonly onLifeCycle?: (event: "started" | "ended", pid: number) => void;
}

/** Starts the user's module in a process of its own. */
export function startProcessIsolate(
  options: ProcessIsolateOptions,
  events: IsolateEvents,
): Isolate {
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
  const { pid } = child;
  if (pid !== undefined) options.onLifeCycle?.("started", pid);
  let stopping: NodeJS.Timeout | undefined;
  let over = false;

  const finish = (exit: IsolateExit) => {
    if (over) return;
    over = true;
    clearTimeout(stopping);
    if (pid !== undefined) options.onLifeCycle?.("ended", pid);
    events.exit(exit);
  };
  const take = (message: unknown) => {
    if (!over) events.message(message as FromIsolate);
  };
  child.on("message", (received) => unpackMessages(received, take));
  child.on("error", (error) => {
    // It never started, or could not be reached: the latter ends in `exit` as well.
    if (pid === undefined)
      finish({ description: `could not be started: ${error.message}`, outOfMemory: false });
  });
  child.on("exit", (code, signal) => {
    const report = () => finish(describeExit(code, signal, options.lastOutput));
    // What it sent before its end may still be in the channel.
    if (!child.connected) return report();
    const drained = setTimeout(report, DRAIN_GRACE);
    child.once("disconnect", () => {
      clearTimeout(drained);
      report();
    });
  });

  const kill = () => {
    if (!over) child.kill("SIGKILL");
  };
  return {
    id: String(pid ?? "none"),
    send(message) {
      // A process that is gone is noticed by its exit, not here.
      if (child.connected) child.send(packMessage(message) ?? message);
    },
    kill,
    stop() {
      if (over || stopping !== undefined) return;
      stopping = setTimeout(kill, STOP_GRACE);
      if (child.connected) child.disconnect();
      else kill();
    },
    setBusy(busy) {
      if (busy) {
        child.ref();
        child.channel?.ref();
      } else {
        child.unref();
        child.channel?.unref();
      }
    },
  };
}

function stdioFor(output: ProcessIsolateOptions["output"]): StdioOptions {
  const each = typeof output === "number" ? output : "pipe";
  return ["ignore", each, each, "ipc"];
}

function describeExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  lastOutput: () => string,
): IsolateExit {
  const aborted = abortSignals.has(signal) || abortCodes.has(code);
  return {
    description: signal === null ? `exited with code ${code}` : `was ended by ${signal}`,
    outOfMemory: aborted && outOfMemoryBanner.test(lastOutput()),
  };
}
