import { Statistics } from "./statistics.js";

/**
 * What is known of the calls of one function, or of all functions of a module. Times are in
 * milliseconds, one sample for each successful call.
 */
export class FunctionStats {
  /** From the call to its dispatch: the wait for a free place under `concurrency` and `rate`. */
  localStartLatency = new Statistics();
  /** From the dispatch to the function's entry, as far as the two clocks agree. */
  remoteStartLatency = new Statistics();
  /** From the function's entry to its outcome, by the worker's clock. */
  executionTime = new Statistics();
  /** From the function's outcome to the arrival of the result, as far as the two clocks agree. */
  sendResponseLatency = new Statistics();
  /** From the call to its outcome, by the caller's clock. */
  returnLatency = new Statistics();
  /** Execution time that a platform would bill, in its rounding. */
  estimatedBilledTime = new Statistics();
  /** Calls made, whatever came of them, but for those that were refused for their arguments; retries are not counted again. */
  invocations = 0;
  /** Calls that succeeded. */
  completed = 0;
  /** Attempts beyond the first. */
  retries = 0;
  /** Calls that failed, cancelled ones included. */
  errors = 0;

  /** An independent copy. */
  clone(): FunctionStats {
    const copy = new FunctionStats();
    for (const key of statisticKeys) copy[key] = this[key].clone();
    for (const key of counterKeys) copy[key] = this[key];
    return copy;
  }

  /** One line for people. */
  toString(): string {
    const counters = counterKeys.map((key) => `${key}: ${this[key]}`);
    const means = statisticKeys
      .filter((key) => this[key].samples > 0)
      .map((key) => `${key}.mean: ${this[key].toString()}ms`);
    return [...counters, ...means].join(", ");
  }
}

const counterKeys = ["invocations", "completed", "retries", "errors"] as const;
const statisticKeys = [
  "localStartLatency",
  "remoteStartLatency",
  "executionTime",
  "sendResponseLatency",
  "returnLatency",
  "estimatedBilledTime",
] as const;

/** What the `stats` event tells: the calls of one function in the last second. */
export class FunctionStatsEvent {
  constructor(fn: string, stats: FunctionStats) {
    this.fn = fn;
    this.stats = stats;
  }
  /** The function, by its export key. */
  readonly fn: string;
  /** Statistics of the last second alone. */
  readonly stats: FunctionStats;

  toString(): string {
    return `[${this.fn}] ${this.stats.toString()}`;
  }
}
