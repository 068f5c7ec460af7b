import type { StatsRecorder } from "../stats/stats-recorder.js";
import type { Admission } from "./admission.js";
import type { CallTask } from "./call-task.js";

/** Successful calls of a function before its distribution says anything. */
const MIN_SAMPLES = 20;
/** Milliseconds between two looks at the calls under way. */
const INTERVAL = 500;
/** A call that runs for less is no straggler, however quick the others are (milliseconds). */
const MIN_AGE = 1000;
/** Duplicates at most, as a share of the function's calls: a bound on what they may cost. */
const BUDGET = 0.05;

export interface StragglerOptions {
  /** Standard deviations beyond the mean; 0: never. */
  readonly threshold: number;
  readonly admission: Admission;
  readonly stats: StatsRecorder;
}

/**
 * Runs a call a second time when it takes far longer than its function's other calls do, and places
 * are free that nobody waits for. The first outcome counts. Streams are left alone.
 */
export class StragglerWatch {
  private readonly options: StragglerOptions;
  private readonly tasks = new Set<CallTask>();
  private readonly duplicates = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: StragglerOptions) {
    this.options = options;
  }

  add(task: CallTask): void {
    if (this.options.threshold === 0 || task.spec.stream) return;
    this.tasks.add(task);
    this.timer ??= setInterval(() => this.look(), INTERVAL).unref();
  }

  delete(task: CallTask): void {
    this.tasks.delete(task);
    if (this.tasks.size === 0) this.stop();
  }

  close(): void {
    this.tasks.clear();
    this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const { admission, stats, threshold } = this.options;
    if (!admission.idle) return;
    for (const task of this.tasks) {
      const age = task.runningFor;
      if (age === undefined || age < MIN_AGE || !task.outlet.untouched) continue;
      const { functionName } = task.spec;
      const { executionTime, invocations } = stats.snapshot(functionName);
      if (executionTime.samples < MIN_SAMPLES) continue;
      if (age < executionTime.mean + threshold * executionTime.stdev) continue;
      if (age < 2 * executionTime.mean) continue;
      const spent = this.duplicates.get(functionName) ?? 0;
      if (spent >= Math.max(1, invocations * BUDGET)) continue;
      if (!admission.takeIdlePlace()) return;
      this.duplicates.set(functionName, spent + 1);
      this.tasks.delete(task); // once is enough
      task.duplicate();
    }
  }
}
