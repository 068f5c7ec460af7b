import type { Transferable } from "../wire/index.js";

/** Options of a single call, given by `m.with({ … })`. */
export interface CallOptions {
  /** Gives the call up when it fires. */
  signal?: AbortSignal | undefined;
  /** Seconds that the call may run. Default: the module's `timeout`. */
  timeout?: number | undefined;
  /**
   * Attempts beyond the first whatever the failure, the user's own errors included (in the place of
   * `maxRetries`; 0: none); or a decision over the error and the attempt that failed (from 0), for those
   * failures that `maxRetries` does not cover. Default: none for the user's own errors.
   */
  retry?: number | ((error: unknown, attempt: number) => boolean) | undefined;
  /** Larger goes first among the calls that wait. Default: 0. */
  priority?: number | undefined;
  /** Items of a stream that may be under way before the caller asks. Default: the module's. */
  streamWindow?: number | undefined;
  /**
   * Whether the function may run twice for one call. If false, it has no duplicate as a straggler, and
   * no retry after a failure in which it may have run. Default: as the module's `nonIdempotent` says.
   */
  idempotent?: boolean | undefined;
  /**
   * Buffers that are moved to the function instead of copied, where its arguments name them or views of
   * them: they are empty here from the call on, and the call is not retried. Only where functions share
   * memory with their caller: in threads (`local` with `isolation: "thread"`) and inline. Ports that are
   * among the arguments are moved in any case. Default: none.
   */
  transfer?: readonly Transferable[] | undefined;
}

/** What the calls of one view of a module have in common; whether each function may run twice is its own matter. */
export interface ViewSettings extends Omit<CallSettings, "idempotent"> {
  /** Undefined: as the module's `nonIdempotent` says. */
  readonly idempotent: boolean | undefined;
}

/** `CallOptions` with everything decided. */
export interface CallSettings {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly retry: CallOptions["retry"];
  readonly priority: number;
  readonly streamWindow: number;
  readonly idempotent: boolean;
  readonly transfer?: CallOptions["transfer"];
}
