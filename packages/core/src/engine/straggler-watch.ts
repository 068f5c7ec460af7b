import type { StatsRecorder } from "../stats/stats-recorder.js";
import type { Admission } from "../flow/admission.js";
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

/** When a call is a straggler, and how many more duplicates there may be. */
interface Terms {
  /** Milliseconds. */
  readonly age: number;
  left: number;
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
    const { settings, stream } = task.spec;
    if (this.options.threshold === 0 || stream || !settings.idempotent) return;
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
    const { admission } = this.options;
    if (!admission.idle) return;
    // One answer a function: there may be very many calls.
    const terms = new Map<string, Terms | undefined>();
    for (const task of this.tasks) {
      const age = task.runningFor;
      if (age === undefined || age < MIN_AGE || !task.outlet.untouched) continue;
      const { functionName } = task.spec;
      if (!terms.has(functionName)) terms.set(functionName, this.termsOf(functionName));
      const those = terms.get(functionName);
      if (those === undefined || age < those.age || those.left <= 0) continue;
      if (!admission.takeIdlePlace()) return;
      those.left--;
      this.duplicates.set(functionName, (this.duplicates.get(functionName) ?? 0) + 1);
      this.tasks.delete(task); // once is enough
      task.duplicate();
    }
  }

  /** When a call of a function is a straggler; undefined as long as nobody can tell. */
  private termsOf(functionName: string): Terms | undefined {
    const { stats, threshold } = this.options;
    const { executionTime, invocations, remoteStartLatency } = stats.snapshot(functionName);
    if (executionTime.samples < MIN_SAMPLES) return undefined;
    // Both are part of a call's age: a worker that starts late is no sign of a call that runs late.
    const mean = remoteStartLatency.mean + executionTime.mean;
    const deviation = Math.hypot(remoteStartLatency.stdev, executionTime.stdev);
    const budget = Math.max(1, Math.floor(invocations * BUDGET));
    return {
      age: Math.max(2 * mean, mean + threshold * deviation),
      left: budget - (this.duplicates.get(functionName) ?? 0),
    };
  }
}
