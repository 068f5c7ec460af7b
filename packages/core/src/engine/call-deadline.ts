import { MAX_DELAY } from "../timer.js";

/** Milliseconds between two looks at a stream that has paused for too long, where nobody minds yet. */
const PAUSE_CHECK = 1000;

/** A delay up to which a timer is set at once (ms): more than the time between two looks at the others. */
const SOON = 2000;
/** Milliseconds between two looks at deadlines that have no timer yet. */
const ARMING = 1000;

/** Deadlines that get a timer if their call is not over soon: most calls are, and timers cost something. */
class UnarmedDeadlines {
  private readonly deadlines = new Set<CallDeadline>();
  private interval: NodeJS.Timeout | undefined;

  add(deadline: CallDeadline): void {
    this.deadlines.add(deadline);
    this.interval ??= setInterval(() => this.look(), ARMING).unref();
  }

  delete(deadline: CallDeadline): void {
    this.deadlines.delete(deadline);
  }

  private look(): void {
    if (this.deadlines.size === 0) {
      clearInterval(this.interval);
      this.interval = undefined;
    }
    for (const deadline of this.deadlines) deadline.arm();
    this.deadlines.clear();
  }
}

const unarmed = new UnarmedDeadlines();

/** What a `CallDeadline` watches for. */
export interface DeadlineTerms {
  /** Milliseconds that a stream may wait for its reader, if others wait for its place. */
  readonly pause: number;
  /** Whether others wait for the call's place. */
  readonly isPlaceWanted: () => boolean;
  /** Called once: the call was silent, or paused, for too long. */
  readonly expired: (reason: "silence" | "pause") => void;
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
    this.wakeWithin(this.terms.pause);
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
    if (delay > SOON) unarmed.add(this);
    else this.arm();
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
    const { expired, isPlaceWanted, pause } = this.terms;
    const left = this.since + (this.paused ? pause : this.silence) - performance.now();
    if (left > 0) this.wakeWithin(left);
    else if (!this.paused) expired("silence");
    else if (isPlaceWanted()) expired("pause");
    else this.wakeWithin(PAUSE_CHECK);
  }
}
