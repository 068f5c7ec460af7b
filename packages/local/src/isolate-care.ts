import type { Isolate, IsolateEvents, StartIsolate, Supervisor } from "@faast/core/worker";
import { DebuggerWatch } from "./debugger-watch.js";
import { inspectorArguments, ownInspectorPort, WorkerInspector } from "./inspector.js";
import type { Isolation } from "./isolation.js";
import { memoryLimits, type MemoryLimits } from "./memory-limits.js";
import type { IsolateWatch } from "./isolate-watch.js";
import { MemoryWatchdog } from "./memory-watchdog.js";
import type { CloudLimits } from "./cloud-limits.js";
import { ColdStart, IdleLife } from "./simulated-worker.js";
import type { WorkerLog } from "./worker-log.js";

/** What it depends on. */
export interface IsolateCareOptions {
  readonly isolation: Isolation;
  readonly inspect: boolean | number;
  readonly memorySize: number;
  readonly childProcessMemoryMb: number;
  readonly cloud: CloudLimits | undefined;
}

/** An isolate that is to start. */
export interface IsolatePlan {
  /** Index of the worker. */
  readonly worker: number;
  readonly log: WorkerLog;
  readonly supervisor: Supervisor;
  readonly start: StartIsolate;
}

/** Looks after the workers of one instance: memory, debuggers, and the ways of a cloud. */
export class IsolateCare {
  readonly memory: MemoryLimits;
  private readonly options: IsolateCareOptions;
  private readonly watchdog: MemoryWatchdog;

  constructor(options: IsolateCareOptions) {
    this.options = options;
    this.memory = memoryLimits(options);
    this.watchdog = new MemoryWatchdog(this.memory.resident * 2 ** 20);
  }

  /** Options for Node of that worker's process. */
  execArgv(worker: number): readonly string[] {
    return inspectorArguments(this.options.inspect, worker);
  }

  /** Whether a debugger may hold a call: where functions are inspected, or the whole process is. */
  get mayBeDebugged(): boolean {
    const { inspect, isolation } = this.options;
    return isolation === "process" ? inspect !== false : ownInspectorPort() !== undefined;
  }

  /** Starts an isolate, and watches it to its end. */
  start(plan: IsolatePlan, events: IsolateEvents): Isolate {
    const watches: IsolateWatch[] = [];
    const cold = new ColdStart(this.options.cloud?.coldStart ?? 0, (it) => events.message(it));
    const isolate = plan.start({
      message: (message) => cold.message(message),
      exit: (exit) => {
        for (const watch of watches) watch.end();
        events.exit(exit);
      },
    });
    watches.push(cold, ...this.watchesOf(isolate, plan));
    return {
      ...isolate,
      setBusy(busy) {
        isolate.setBusy(busy);
        for (const watch of watches) watch.setBusy(busy);
      },
    };
  }

  private watchesOf({ id }: Isolate, { worker, log, supervisor }: IsolatePlan): IsolateWatch[] {
    const { cloud, isolation } = this.options;
    const watches: IsolateWatch[] = [];
    if (isolation === "process" && Number(id) > 0) {
      const exceeded = (resident: number) =>
        supervisor.condemn({ code: "memory", message: this.memory.residentMessage(resident) });
      watches.push(this.watchdog.watch(Number(id), exceeded));
    }
    if (this.mayBeDebugged) {
      const inspector = new WorkerInspector(worker, id, () => log.head());
      const port = isolation === "process" ? () => inspector.port() : ownInspectorPort;
      const changed = (attached: boolean) => supervisor.suspendTimeouts(attached);
      watches.push(new DebuggerWatch({ port, changed }));
    }
    if (cloud?.idleTime !== undefined)
      watches.push(new IdleLife(cloud.idleTime, () => supervisor.retire()));
    return watches;
  }
}
