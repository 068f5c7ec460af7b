import type { ExecutionDetail } from "../protocol/frames.js";

/** A value with what is known of the execution that produced it: what `functionsDetail` gives. */
export interface Detail<R> extends ExecutionDetail {
  readonly value: R;
}

/** How a decoded value is handed to the caller: bare, or as a `Detail`. */
export type Present = (value: unknown, execution: ExecutionDetail | undefined) => unknown;

export const bare: Present = (value) => value;

export const detailed: Present = (value, execution) => ({ value, ...execution });
