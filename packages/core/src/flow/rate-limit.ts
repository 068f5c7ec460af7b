/**
 * Milliseconds by which a turn may come late without the next one being put off: what timers need, so
 * that their being late does not lower the rate.
 */
const LATENESS = 10;

/** Turns that come at most so often: the spacing of turns is kept, not a count of them. */
export class RateLimit {
  /** Milliseconds between two turns; 0: no limit. */
  private readonly interval: number;
  /** Milliseconds that turns may run ahead of their spacing, after a spell without any. */
  private readonly ahead: number;
  /** When the next turn would be, if all were evenly spaced. */
  private due = 0;

  /**
   * @param rate - turns a second; 0 or Infinity: no limit.
   * @param burst - turns that may be taken at once after a quiet spell.
   */
  constructor(rate: number, burst: number) {
    this.interval = rate === 0 ? 0 : 1000 / rate;
    this.ahead = this.interval === 0 ? 0 : (burst - 1) * this.interval;
  }

  /** Milliseconds until the next turn. */
  get wait(): number {
    if (this.interval === 0) return 0;
    return Math.max(0, this.due - this.ahead - performance.now());
  }

  /** Takes the next turn: milliseconds until it comes. */
  take(): number {
    if (this.interval === 0) return 0;
    const { wait } = this;
    this.advance(performance.now());
    return wait;
  }

  /** Takes the turn that somebody has waited for, and that may have come a little late. */
  takeAwaited(): void {
    if (this.interval > 0) this.advance(performance.now() - LATENESS);
  }

  private advance(earliest: number): void {
    this.due = Math.max(this.due, earliest) + this.interval;
  }
}
