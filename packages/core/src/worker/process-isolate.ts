import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { packMessage, unpackMessages } from "./channel-codec.js";
import type { Isolate, IsolateEvents, IsolateExit } from "./isolate.js";
import type { FromIsolate } from "./isolate-messages.js";
import { announcementOf, isAnnouncement } from "./large-messages.js";
import type { Wakefulness } from "./wakefulness.js";
import { forkProcess, type ProcessForkOptions } from "./process-fork.js";

/** Milliseconds that a process has to end by itself when it is asked to. */
const STOP_GRACE = 1000;
/** Milliseconds that what a dead process has sent may take to arrive. */
const DRAIN_GRACE = 1000;

/** How V8 ends a process whose heap is exhausted, depending on version and platform. */
const abortSignals: ReadonlySet<NodeJS.Signals | null> = new Set(["SIGABRT", "SIGTRAP", "SIGILL"]);
const abortCodes: ReadonlySet<number | null> = new Set([133, 134]);
/** What V8 prints then. No structured report of it reaches the parent process. */
const outOfMemoryBanner = /heap out of memory|Reached heap limit|process OOM/;

export interface ProcessIsolateOptions extends ProcessForkOptions {
  /**
   * The process, where it runs already: made by `forkProcess` with these options, and told to run the
   * entry. Default: it is started now.
   */
  readonly started?: ChildProcess | undefined;
  /** What the process has printed at last, to tell an exhausted heap from other ends. */
  readonly lastOutput: () => string;
  /** Kept awake while much is on its way; where processor time is not billed. Default: none. */
  readonly wakefulness?: Wakefulness;
  /** Told the process id when it is known, if the process is started now, and when it is gone. */
  readonly onLifeCycle?: (event: "started" | "ended", pid: number) => void;
}

/** Starts the user's module in a process of its own. */
export function startProcessIsolate(
  options: ProcessIsolateOptions,
  events: IsolateEvents,
): Isolate {
  const child = options.started ?? forkProcess(options);
  const { pid } = child;
  if (pid !== undefined && options.started === undefined) options.onLifeCycle?.("started", pid);
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
  const { wakefulness } = options;
  child.on("message", (received) => {
    if (isAnnouncement(received, wakefulness)) return;
    // The items of a stream, and there are more to come.
    if (Array.isArray(received)) wakefulness?.extend();
    unpackMessages(received, take);
  });
  child.on("error", (error) => {
    // It never started, or could not be reached: the latter ends in `exit` as well.
    if (pid === undefined) finish(describeNoStart(error, options.cwd));
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
      if (!child.connected) return;
      const packed = packMessage(message);
      const announcement = packed === undefined ? announcementOf(message, wakefulness) : undefined;
      if (announcement !== undefined) child.send(announcement);
      child.send(packed ?? message);
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

/** Where the directory to start in is missing, systems say that the program is. */
function describeNoStart(error: Error, cwd: string): IsolateExit {
  const reason = existsSync(cwd)
    ? error.message
    : `the directory ${cwd} is gone: somebody has deleted it while the job was running`;
  const description = `could not be started: ${reason}`;
  return { description, outOfMemory: false, neverStarted: true };
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
