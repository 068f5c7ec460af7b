import { FaastError } from "./errors.js";
import type { ExecutionDetail } from "./protocol/frames.js";

/** What is known of the attempt in which something was thrown. */
export interface FailureDetail extends ExecutionDetail {
  /** The function called, by its export key. */
  readonly functionName: string;
  /** The attempt that failed, from 0; 0, too, where the call was refused before any. */
  readonly attempt: number;
}

/** Shared by all copies of this package in the process. */
const registryKey = Symbol.for("@faast/core/failure-details");
type Registry = WeakMap<object, FailureDetail>;

function registry(): Registry {
  const holder = globalThis as { [registryKey]?: Registry };
  return (holder[registryKey] ??= new WeakMap());
}

/** Remembers where `thrown` came from, without touching it. */
export function recordFailure(thrown: unknown, detail: FailureDetail): void {
  if (typeof thrown === "object" && thrown !== null) registry().set(thrown, detail);
}

/**
 * Tells where a caught error came from: function, attempt, log. What a function throws arrives exactly
 * as it was thrown, so this knowledge stands beside it. Primitives that were thrown have no identity,
 * and so no detail.
 *
 * @example
 * ```ts
 * import { failureDetail } from "@faast/core";
 * function report(error: unknown) {
 *   return failureDetail(error)?.logUrl ?? "no log";
 * }
 * ```
 */
export function failureDetail(thrown: unknown): FailureDetail | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  return registry().get(thrown) ?? ownDetail(thrown);
}

/** What our own errors bear themselves: a million calls that are given up need no entries. */
function ownDetail(thrown: object): FailureDetail | undefined {
  if (!(thrown instanceof FaastError) || thrown.functionName === undefined) return undefined;
  const { functionName, attempt = 0, logUrl } = thrown;
  return { functionName, attempt, ...(logUrl === undefined ? {} : { logUrl }) };
}
