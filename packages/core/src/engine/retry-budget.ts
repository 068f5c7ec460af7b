import { backoffDelay } from "../flow/backoff.js";
import type { CallSettings } from "./call-settings.js";
import { isTransient, type Failure } from "./failure.js";

/**
 * Times that a call is offered again to a platform that takes no more for now, within the call's
 * `timeout`. Such an attempt never began, so it is none of those that `maxRetries` counts; and a crowd
 * takes longer to pass than a fault.
 */
const MAX_REFUSALS = 8;
/** Milliseconds before the first further offer, at most; doubled for each that follows. */
const REFUSAL_BASE_DELAY = 500;
/** Milliseconds before any further offer, at most. */
const REFUSAL_MAX_DELAY = 10_000;

/** Decides, for one call, whether a failed attempt is followed by another, and when. */
export class RetryBudget {
  private readonly settings: CallSettings;
  private failures = 0;
  private refusals = 0;
  private firstRefusal: number | undefined;

  constructor(settings: CallSettings) {
    this.settings = settings;
  }

  /**
   * Milliseconds to wait before another attempt; undefined if there is to be none.
   *
   * Throws what the caller's own decision throws.
   *
   * @param attempt - the one that failed, from 0.
   */
  spend(failure: Failure, attempt: number): number | undefined {
    if (failure.code === "throttled" && this.isPatient()) {
      return Math.random() * Math.min(REFUSAL_MAX_DELAY, REFUSAL_BASE_DELAY * 2 ** this.refusals++);
    }
    return this.allows(failure, attempt) ? backoffDelay(this.failures++) : undefined;
  }

  private isPatient(): boolean {
    const { maxRetries, retry, timeout } = this.settings;
    if (maxRetries === 0 || typeof retry === "number" || this.refusals >= MAX_REFUSALS)
      return false;
    this.firstRefusal ??= performance.now();
    return performance.now() - this.firstRefusal < timeout;
  }

  private allows(failure: Failure, attempt: number): boolean {
    const { idempotent, maxRetries, retry } = this.settings;
    if (failure.code === "cancelled") return false;
    if (typeof retry === "number") return this.failures < retry;
    // Of an attempt that failed, nobody knows how far it came.
    const mayRepeat = idempotent && isTransient(failure) && failure.code !== "throttled";
    if (mayRepeat && this.failures < maxRetries) return true;
    // A promise is no answer, and must not be taken for yes.
    return retry !== undefined && retry(failure.thrown, attempt) === true;
  }
}
