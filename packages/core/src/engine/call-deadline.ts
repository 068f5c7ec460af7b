import { MAX_DELAY, unarmed } from "../timer.js";

/** Milliseconds between two looks at a stream that has paused for too long, where nobody minds yet. */
const PAUSE_CHECK = 1000;

/** What a `CallDeadline` watches for. */
export interface DeadlineTerms {
  /** Milliseconds that a stream may wait for its reader, if others wait for its place. */
  readonly longestPause: number;
  /** Whether others wait for the call's place. */
  readonly isPlaceWanted: boolean;
  /** Called once: the call was silent, or paused, for too long. */
  expire(reason: "silence" | "pause"): void;
}

/**
 * The back-stop of a call whose worker or transport fails to tell its end. A word of it puts the end
 * off; the time that a stream spends waiting for its reader does not count, unless others wait for it.
 *
 * Keeps no process alive. Cheap to be told things: its timer is set anew only when it fires.
 */
export class CallDeadline {
  private readonly terms: DeadlineTerms;
  private timer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  /** When the timer fires, by `performance.now()`. */
  private due = Infinity;
  private since = 0;
  /** Milliseconds that may pass from then on without a word. */
  private silence = 0;
  private paused = false;

  constructor(terms: DeadlineTerms) {
    this.terms = terms;
  }

  /** An attempt begins, or something was heard of it: the next word is due within `silence` (ms). */
  heard(silence: number): void {
    this.paused = false;
    this.silence = silence;
    this.since = performance.now();
    this.wakeWithin(silence);
  }

  /** The stream waits for its reader from now on, if it did not yet. */
  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.since = performance.now();
    this.wakeWithin(this.terms.longestPause);
  }

  stop(): void {
    unarmed.delete(this);
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
    this.timer = undefined;
    this.due = Infinity;
  }

  /** Sees to it that the timer fires before `delay` is over; it may fire earlier. */
  private wakeWithin(delay: number): void {
    const due = performance.now() + delay;
    if (due >= this.due) return;
    unarmed.delete(this);
    clearTimeout(this.timer);
    this.due = due;
    unarmed.add(this, delay);
  }

  /** Sets the timer. */
  arm(): void {
    const delay = Math.max(0, this.due - performance.now());
    this.timer = setTimeout(
      () => {
        // After what has arrived while this process was busy.
        this.immediate = setImmediate(() => this.look());
      },
      Math.min(delay, MAX_DELAY),
    ).unref();
  }

  private look(): void {
    this.due = Infinity;
    const { terms } = this;
    const time = this.paused ? terms.longestPause : this.silence;
    const left = this.since + time - performance.now();
    if (left > 0) this.wakeWithin(left);
    else if (!this.paused) terms.expire("silence");
    else if (terms.isPlaceWanted) terms.expire("pause");
    else this.wakeWithin(PAUSE_CHECK);
  }
}
