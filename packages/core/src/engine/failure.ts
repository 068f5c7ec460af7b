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
  const thrown = thrownBy(frame, attempt);
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

/** What to reject with: what was thrown, or a failure of ours. */
function thrownBy({ code, message, value }: ErrorFrame, attempt: FailedAttempt): unknown {
  if (value === undefined) return faastError(code, message, attempt);
  let decoded: unknown;
  try {
    decoded = decode(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const known = code === "thrown" ? "serialization" : code;
    return faastError(known, `${message} (what came with it cannot be read: ${reason})`, {
      ...attempt,
      cause,
    });
  }
  return code === "thrown"
    ? appendCallSite(decoded, attempt.callSite)
    : faastError(code, message, { ...attempt, cause: decoded });
}

function faastError(
  code: FailureCode,
  message: string,
  attempt: FailedAttempt & { cause?: unknown },
): FaastError {
  const { functionName, logUrl, callSite, cause } = attempt;
  const log = logUrl === undefined ? "" : ` (log: ${logUrl} )`;
  // A worker of another version may know more kinds of failure.
  const ErrorType = Object.hasOwn(errorTypes, code) ? errorTypes[code] : FaastError;
  const error = new ErrorType(`${functionName}: ${message}${log}`, {
    functionName,
    logUrl,
    attempt: attempt.attempt,
    ...(cause === undefined ? {} : { cause }),
  });
  error.stack = `${error.name}: ${error.message}`;
  return appendCallSite(error, callSite) as FaastError;
}
