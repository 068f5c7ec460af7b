import type { PersistentCache } from "../cache/persistent-cache.js";
import { FaastOptionsError } from "../errors.js";
import { callOptionTable } from "../options/call-option-table.js";
import { checkOptions } from "../options/option-check.js";
import { booleanOption, numberOption, option, type OptionTable } from "../options/option-table.js";

/** What `throttle()` keeps a function to. */
export interface Limits {
  /** Calls under way at most; 0 or Infinity: no limit. A call that is to be retried keeps its place. */
  concurrency: number;
  /** Attempts started per second at most; 0 or Infinity: no limit. Default: 0. */
  rate?: number | undefined;
  /** Attempts that may start at once after a quiet spell, where there is a `rate`. Default: 1. */
  burst?: number | undefined;
  /**
   * Attempts beyond the first; or a decision over what was thrown and the attempt that failed (from
   * 0), where only `true` means another one. Attempts are apart by up to 0.2 s, 0.4 s, 0.8 s … 10 s, at
   * random. Default: 0.
   */
  retry?: number | ((error: unknown, attempt: number) => boolean) | undefined;
  /** Keep results in memory, and answer equal arguments from there. Default: false. */
  memoize?: boolean | undefined;
  /** Keep results on disk, and answer equal arguments from there. Default: none. */
  cache?: Pick<PersistentCache, "get" | "set"> | undefined;
  /**
   * Ends it: calls that wait for their turn or for another attempt reject with `FaastCancelledError`, and
   * so does every later call. Calls under way go on: give the signal to the function as well.
   */
  signal?: AbortSignal | undefined;
}

/** `Limits` with everything decided. */
export type CheckedLimits = Required<Limits> & { readonly rate: number; readonly burst: number };

const isCache = (value: unknown) => {
  const { get, set } = (value ?? {}) as { get?: unknown; set?: unknown };
  return typeof get === "function" && typeof set === "function" && !(value instanceof Map);
};
const isSignal = (value: unknown) =>
  value instanceof AbortSignal || Object.prototype.toString.call(value) === "[object AbortSignal]";

const limitsTable: OptionTable<Limits> = {
  // It has no default: NaN tells that it is missing.
  concurrency: numberOption(NaN, { min: 0, max: Infinity, integer: true, unit: "calls under way" }),
  rate: numberOption(0, { min: 0, max: Infinity, unit: "calls per second" }),
  burst: numberOption(1, { min: 1, integer: true, unit: "calls" }),
  retry: callOptionTable.retry,
  memoize: booleanOption(false),
  cache: option<Limits["cache"]>(undefined, isCache, "a PersistentCache"),
  signal: option<AbortSignal | undefined>(undefined, isSignal, "an AbortSignal"),
};

/** @throws FaastOptionsError naming the limit that is missing, unknown or wrong. */
export function checkLimits(limits: unknown): CheckedLimits {
  const checked = checkOptions(limitsTable, limits, "throttle()") as CheckedLimits;
  if (Number.isNaN(checked.concurrency)) {
    throw new FaastOptionsError(
      'The option "concurrency" of throttle() is missing: say how many calls may be under way at most, or 0 for no limit.',
    );
  }
  return checked;
}
