import type { Admission, Waiting } from "../flow/admission.js";
import { backoffDelay } from "../flow/backoff.js";
import { armTimer } from "../timer.js";
import type { Limits } from "./limits.js";

/** What a call is made of. */
export interface GatedCallParts {
  readonly admission: Admission;
  readonly retry: Limits["retry"];
  /** Starts an attempt. */
  readonly start: () => Promise<unknown>;
  readonly succeeded: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
  /** Told first of all, whatever the outcome. */
  readonly ended: () => void;
}

/** One call from its arrival to its outcome: it waits, is attempted, waits, is attempted again. */
export class GatedCall implements Waiting {
  readonly priority = 0;
  abandoned = false;
  private readonly parts: GatedCallParts;
  private attempts = 0;
  private admitted = false;
  private underWay = false;
  private cancelled = false;
  private disarm: () => void = () => undefined;

  constructor(parts: GatedCallParts) {
    this.parts = parts;
  }

  admit(): void {
    this.admitted = true;
    this.attempt();
  }

  /** Ends it, if it waits; if it is under way, it goes on, but not again. */
  cancel(error: unknown): void {
    this.cancelled = true;
    if (this.underWay || this.abandoned) return;
    this.disarm();
    this.end(() => this.parts.failed(error));
  }

  private attempt(): void {
    this.attempts++;
    this.underWay = true;
    this.parts.start().then(
      (value) => this.end(() => this.parts.succeeded(value)),
      (error: unknown) => this.retryOrEnd(error),
    );
  }

  private retryOrEnd(error: unknown): void {
    const attempt = this.attempts - 1;
    let again: boolean;
    try {
      again = this.shouldRetry(error, attempt);
    } catch (thrown) {
      // The decision is the user's own code.
      this.end(() => this.parts.failed(thrown));
      return;
    }
    if (!again) {
      this.end(() => this.parts.failed(error));
      return;
    }
    this.underWay = false;
    this.disarm = armTimer(backoffDelay(attempt), () => {
      // Further attempts count under the rate as well.
      const wait = this.parts.admission.reserveStart();
      if (wait === 0) this.attempt();
      else this.disarm = armTimer(wait, () => this.attempt());
    });
  }

  private shouldRetry(error: unknown, attempt: number): boolean {
    const { retry = 0 } = this.parts;
    if (this.cancelled) return false;
    if (typeof retry === "number") return attempt < retry;
    // Nothing but `true`: a promise, which an async function would give, says nothing yet. The signal
    // may have fired in there.
    return (retry(error, attempt) as unknown) === true && !this.cancelled;
  }

  private end(tell: () => void): void {
    this.abandoned = true;
    this.parts.ended();
    tell();
    if (this.admitted) this.parts.admission.release();
  }
}
