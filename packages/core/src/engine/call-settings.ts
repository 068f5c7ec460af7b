/** Options of a single call, given by `m.with({ … })`. */
export interface CallOptions {
  /** Gives the call up when it fires. */
  signal?: AbortSignal | undefined;
  /** Seconds that the call may run. Default: the module's `timeout`. */
  timeout?: number | undefined;
  /**
   * Attempts beyond the first whatever the failure, the user's own errors included; or a decision
   * over the error and the attempt that failed (from 0). Default: none for the user's own errors.
   */
  retry?: number | ((error: unknown, attempt: number) => boolean) | undefined;
  /** Larger goes first among the calls that wait. Default: 0. */
  priority?: number | undefined;
  /** Items of a stream that may be under way before the caller asks. Default: the module's. */
  streamWindow?: number | undefined;
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
}
