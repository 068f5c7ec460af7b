import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds before the first retry, at most; doubled for each further one. */
const BASE_DELAY = 250;
/** Milliseconds before any retry, at most, where nothing else is said. */
const LONGEST_DELAY = 5_000;

/** Which failures pass, and how long to wait for it. */
export interface RetryRule {
  /** Milliseconds from the first attempt after which a failure is final. */
  readonly time: number;
  /** Milliseconds before any retry, at most. Default: 5,000. */
  readonly longestDelay?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the failure is one that passes. */
  isTransient(error: unknown): boolean;
}

/**
 * Does something until it succeeds, fails for good, or has failed for too long, with full jitter
 * between the attempts. The failure is the last attempt's own.
 *
 * @example
 * ```ts
 * const isTransient = (error: unknown) => hasAwsCode(error, "QueueDoesNotExist");
 * await retryTransient({ time: 30_000, isTransient }, () => readAttributes(url));
 * ```
 */
export async function retryTransient<T>(rule: RetryRule, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + rule.time;
  const { longestDelay = LONGEST_DELAY } = rule;
  for (let count = 0; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const left = deadline - Date.now();
      if (left <= 0 || rule.signal?.aborted === true || !rule.isTransient(error)) throw error;
      const delay = Math.random() * Math.min(longestDelay, BASE_DELAY * 2 ** count);
      await pause(Math.min(left, delay), rule.signal);
    }
  }
}

async function pause(time: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(time, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted(); // with the signal's own reason
    throw error;
  }
}
