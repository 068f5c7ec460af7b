import type { AwsOptions } from "./aws-options.js";
import { quotas } from "./quotas.js";

/** Milliseconds that loading the user's module may take. */
export const LOAD_TIME = 30_000;

/** Milliseconds for a request to come to Lambda and for the answer to come back, by way of queues. */
const WAY_TIME = 5_000;

/**
 * Milliseconds that an execution has to let go of its control queue when its stream is over without a last
 * frame: what it takes to run `finally` blocks and to answer, with time to spare.
 */
export const STREAM_GRACE = 5_000;

/** Seconds in which our own answer should come before Lambda ends an execution. */
const ANSWER_TIME = 5;

type TimeOptions = Pick<AwsOptions, "childProcess" | "mode" | "queueDispatch" | "timeout">;

/**
 * Seconds after which Lambda ends an execution. The handler ends the child process itself, in time, and a
 * single call may have a longer time-out than the module, or wait for its reader; where there is no child process, only Lambda can
 * end a function that does not return.
 */
export function executionTimeout({ childProcess, timeout = 60 }: TimeOptions): number {
  const { initTime, longestTimeout } = quotas;
  if (childProcess !== false) return longestTimeout.value;
  // For loading the module, it gets as long as Lambda itself would wait.
  return Math.min(longestTimeout.value, Math.ceil(timeout) + initTime.value + ANSWER_TIME);
}

/**
 * Milliseconds that may pass beyond a call's own time-out until something must have been heard of it.
 * Asynchronous invocations that wait for their turn are reported first. Notifications wait likewise, but not
 * everywhere is it told how they end: they get less, so that a handler that died is missed sooner.
 */
export function startupTime({ mode, queueDispatch }: TimeOptions): number {
  const { initTime, leastEventAge } = quotas;
  const turn = mode === "queue" && queueDispatch === "event" ? leastEventAge.value * 1000 : 0;
  return turn + initTime.value * 1000 + LOAD_TIME + WAY_TIME;
}
