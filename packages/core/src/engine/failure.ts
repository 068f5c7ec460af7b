import {
  FaastCancelledError,
  FaastConcurrencyError,
  FaastCreateFunctionError,
  FaastError,
  FaastOutOfMemoryError,
  FaastSerializationError,
  FaastTimeoutError,
  FaastTransportError,
  FaastWorkerExitError,
  type FaastErrorOptions,
} from "../errors.js";
import { recordFailure } from "../failure-detail.js";
import type { ErrorFrame, FailureCode } from "../protocol/frames.js";
import { decode } from "../wire/index.js";
import { appendCallSite, type CallSite } from "./call-site.js";

/** How an attempt failed: what to reject with, and what the engine decides by. */
export interface Failure {
  readonly origin: ErrorFrame["origin"];
  readonly code: FailureCode;
  readonly thrown: unknown;
}

/** The failures of the infrastructure that another attempt may not meet. */
const transient: ReadonlySet<FailureCode> = new Set(["exit", "throttled", "lost"]);

/** Whether the infrastructure failed, not the function, in a way that may pass. */
export function isTransient(failure: Failure): boolean {
  return failure.origin !== "user" && transient.has(failure.code);
}

const errorTypes: Record<
  FailureCode,
  new (message: string, options: FaastErrorOptions) => FaastError
> = {
  thrown: FaastError,
  serialization: FaastSerializationError,
  missing: FaastCreateFunctionError,
  import: FaastCreateFunctionError,
  exit: FaastWorkerExitError,
  memory: FaastOutOfMemoryError,
  timeout: FaastTimeoutError,
  cancelled: FaastCancelledError,
  throttled: FaastConcurrencyError,
  lost: FaastTransportError,
};

/** What is known of the attempt that failed. */
export interface FailedAttempt {
  readonly functionName: string;
  readonly attempt: number;
  readonly logUrl: string | undefined;
  readonly callSite: CallSite | undefined;
}

/** The failure that an error frame reports. */
export function failureOfFrame(frame: ErrorFrame, attempt: FailedAttempt): Failure {
  const { origin, code } = frame;
  const value = frame.value === undefined ? undefined : decodeThrown(frame.value);
  const thrown =
    code === "thrown" && frame.value !== undefined
      ? appendCallSite(value, attempt.callSite)
      : faastError(code, frame.message, { ...attempt, cause: value });
  recordFailure(thrown, {
    functionName: attempt.functionName,
    attempt: attempt.attempt,
    ...frame.execution,
    ...(attempt.logUrl === undefined ? {} : { logUrl: attempt.logUrl }),
  });
  return { origin, code, thrown };
}

/** A failure found on this side. */
export function localFailure(
  code: FailureCode,
  message: string,
  attempt: FailedAttempt & { cause?: unknown },
): Failure {
  const thrown = faastError(code, message, attempt);
  const { functionName, logUrl } = attempt;
  recordFailure(thrown, {
    functionName,
    attempt: attempt.attempt,
    ...(logUrl === undefined ? {} : { logUrl }),
  });
  return { origin: "transport", code, thrown };
}

function faastError(
  code: FailureCode,
  message: string,
  attempt: FailedAttempt & { cause?: unknown },
): FaastError {
  const { functionName, logUrl, callSite, cause } = attempt;
  const log = logUrl === undefined ? "" : ` (log: ${logUrl} )`;
  const error = new errorTypes[code](`${functionName}: ${message}${log}`, {
    functionName,
    logUrl,
    attempt: attempt.attempt,
    ...(cause === undefined ? {} : { cause }),
  });
  error.stack = `${error.name}: ${error.message}`;
  return appendCallSite(error, callSite) as FaastError;
}

function decodeThrown(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    return error;
  }
}
