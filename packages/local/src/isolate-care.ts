import type { Isolate, IsolateEvents, Supervisor } from "@faast/core/worker";
import { DebuggerWatch } from "./debugger-watch.js";
import { HeapWatchdog } from "./heap-watchdog.js";
import { inspectorArguments, ownInspectorPort, WorkerInspector } from "./inspector.js";
import type { Isolation } from "./isolation.js";
import { memoryLimits, THREAD_HEADROOM, type MemoryLimits } from "./memory-limits.js";
import type { IsolateWatch } from "./isolate-watch.js";
import { MemoryWatchdog } from "./memory-watchdog.js";
import type { CloudLimits } from "./cloud-limits.js";
import { ColdStart, IdleLife } from "./simulated-worker.js";
import { heapsAreTold, threadHeap } from "./thread-heap.js";
import type { ThreadIsolate } from "./thread-isolate.js";
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
  readonly start: (events: IsolateEvents) => Isolate | ThreadIsolate;
}

/** Looks after the workers of one instance: memory, debuggers, and the ways of a cloud. */
export class IsolateCare {
  readonly memory: MemoryLimits;
  private readonly options: IsolateCareOptions;
  private readonly watchdog: MemoryWatchdog;
  private readonly heapWatchdog: HeapWatchdog;

  constructor(options: IsolateCareOptions) {
    this.options = options;
    this.memory = memoryLimits(options);
    this.watchdog = new MemoryWatchdog(this.memory.resident * 2 ** 20);
    this.heapWatchdog = new HeapWatchdog(this.memory.heap * 2 ** 20);
  }

  /** Options for Node of that worker's process. */
  execArgv(worker: number): readonly string[] {
    return inspectorArguments(this.options.inspect, worker);
  }

  /** MB that V8 is to allow the heap of each worker: what is watched here may go beyond its limit for a moment. */
  get heapLimit(): number {
    const watched = this.options.isolation === "thread" && heapsAreTold;
    return this.memory.heap + (watched ? THREAD_HEADROOM : 0);
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

  private watchesOf(
    isolate: Isolate | ThreadIsolate,
    { worker, log, supervisor }: IsolatePlan,
  ): IsolateWatch[] {
    const { cloud, isolation } = this.options;
    const { id } = isolate;
    const watches: IsolateWatch[] = [];
    if ("thread" in isolate && heapsAreTold) {
      const exceeded = () =>
        supervisor.condemn({ code: "memory", message: this.memory.heapMessage });
      watches.push(this.heapWatchdog.watch(threadHeap(isolate.thread), exceeded));
    }
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
