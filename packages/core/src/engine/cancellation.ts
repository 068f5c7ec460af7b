import { FaastError } from "../errors.js";

/** Whether a call failed because its caller gave it up. */
export function isCancellation(error: unknown): boolean {
  return error instanceof FaastError && error.code === "FAAST_CANCELLED";
}

/**
 * Keeps a rejection that nobody handles from ending the program. For cancellations only: whoever cleans up
 * because one of many calls has failed is to hear of that failure, not of the calls that were given up.
 */
export function hush(promise: Promise<unknown>): void {
  void Promise.prototype.then.call(promise, undefined, () => undefined);
}
