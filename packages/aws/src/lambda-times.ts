import type { AwsOptions } from "./aws-options.js";

/** Milliseconds that loading the user's module may take. */
export const LOAD_TIME = 30_000;

/**
 * Milliseconds that Lambda may take to start an environment and to load the handler: its limit for that
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const INIT_TIME = 10_000;

/** Milliseconds for a request to come to Lambda and for the answer to come back, by way of queues. */
const WAY_TIME = 5_000;

/**
 * Seconds that an asynchronous invocation may wait for its turn, before it is reported as failed: the
 * least that Lambda takes (https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html).
 */
export const EVENT_AGE = 60;

/** Seconds that Lambda gives an execution at most. */
const LONGEST_TIMEOUT = 900;

/**
 * Seconds beyond a call's own time-out, where Lambda has to end it: for loading the module, as long as
 * Lambda itself would wait, and for our own answer, which should come first.
 */
const INLINE_RESERVE = INIT_TIME / 1000 + 5;

type TimeOptions = Pick<AwsOptions, "childProcess" | "mode" | "queueDispatch" | "timeout">;

/**
 * Seconds after which Lambda ends an execution. The handler ends the child process itself, in time, and a
 * single call may have a longer time-out than the module, or wait for its reader; where there is no child process, only Lambda can
 * end a function that does not return.
 */
export function executionTimeout({ childProcess, timeout = 60 }: TimeOptions): number {
  if (childProcess !== false) return LONGEST_TIMEOUT;
  return Math.min(LONGEST_TIMEOUT, Math.ceil(timeout) + INLINE_RESERVE);
}

/**
 * Milliseconds that may pass beyond a call's own time-out until something must have been heard of it.
 * Asynchronous invocations that wait for their turn are reported first. Notifications wait likewise, but not
 * everywhere is it told how they end: they get less, so that a handler that died is missed sooner.
 */
export function startupTime({ mode, queueDispatch }: TimeOptions): number {
  const turn = mode === "queue" && queueDispatch === "event" ? EVENT_AGE * 1000 : 0;
  return turn + INIT_TIME + LOAD_TIME + WAY_TIME;
}
