import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { forkProcess, type ProcessForkOptions } from "@faast/core/worker";
import type { InstanceDirectory } from "./instance-directory.js";
import type { Reaper } from "./reaper.js";
import { WorkerLog } from "./worker-log.js";

const program = fileURLToPath(new URL("./waiting-program.js", import.meta.url));

/** What a waiting process is told. */
export interface Assignment {
  /** The archive's entry: absolute. */
  readonly entry: string;
}

/** What can be known of the first worker before there is an archive. */
export interface WaitingProcessOptions {
  readonly directory: InstanceDirectory;
  readonly reaper: Reaper;
  readonly env: NodeJS.ProcessEnv;
  /** Heap limit, in MB. */
  readonly heapLimit: number;
}

/**
 * The process of the first worker, started while the archive is being made: Node takes about as long to
 * start. It has run nothing of the user's until it is taken.
 */
export class WaitingProcess {
  private readonly env: NodeJS.ProcessEnv;
  private readonly reaper: Reaper;
  /** Undefined when it has been taken, or has ended. */
  private child: ChildProcess | undefined;

  constructor({ directory, reaper, env, heapLimit }: WaitingProcessOptions) {
    this.env = env;
    this.reaper = reaper;
    const log = new WorkerLog(directory.logs, 0);
    try {
      const { descriptor: output } = log;
      const cwd = directory.code;
      const child = forkProcess({ entry: program, cwd, env, heapLimit, output });
      // Before any other listener of ours: one that cannot be started is none.
      child.on("error", this.onEnd);
      child.on("exit", this.onEnd);
      this.child = child;
      if (child.pid !== undefined) reaper.watch(child.pid);
      child.unref();
      child.channel?.unref();
    } catch {
      // The worker is started when it is needed, and then it is clear what to say of it.
    } finally {
      log.close();
    }
  }

  /**
   * Has the process run the entry, and hands it over; undefined if there is none, or none such.
   *
   * @param options - as the worker is to be started now: the environment may have changed meanwhile.
   */
  take(options: Pick<ProcessForkOptions, "entry" | "env">): ChildProcess | undefined {
    const { child } = this;
    if (
      child?.connected !== true ||
      child.killed ||
      !isDeepStrictEqual({ ...options.env }, { ...this.env })
    ) {
      void this.end();
      return undefined;
    }
    this.child = undefined;
    child.off("error", this.onEnd).off("exit", this.onEnd);
    const assignment: Assignment = { entry: options.entry };
    // With a callback, a channel that is gone makes no event of it: the process has ended then.
    child.send(assignment, () => undefined);
    return child;
  }

  /** Ends the process, unless it has been taken; resolves when it is gone. */
  async end(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined) return;
    child.ref();
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    this.kill();
    await ended;
  }

  /** Ends the process now, without waiting for it. */
  kill(): void {
    this.child?.kill("SIGKILL");
  }

  private readonly onEnd = (): void => {
    const pid = this.child?.pid;
    if (pid !== undefined) this.reaper.forget(pid);
    this.child = undefined;
  };
}
