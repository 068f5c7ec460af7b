import { armTimer } from "../timer.js";
import { RateLimit } from "./rate-limit.js";

/** What waits for its turn. Linked, so that a million of them wait at a bounded cost each. */
export interface Waiting {
  /** Larger goes first; equals go in order of arrival. */
  readonly priority: number;
  /** Given up while it waited: it is passed over. */
  readonly abandoned: boolean;
  /** Its turn has come: it holds a place until `release()`. */
  admit(): void;
}

/** Limits of an `Admission`. */
export interface AdmissionLimits {
  /** Places; 0 or Infinity: no limit. */
  readonly concurrency: number;
  /** Admissions per second; 0 or Infinity: no limit. */
  readonly rate: number;
  /** Admissions that may come at once, after a spell with fewer than `rate`. Default: 1. */
  readonly burst?: number;
}

/** Decides when a call may start: first come, first served, under `concurrency` and `rate`. */
export class Admission {
  private readonly places: number;
  private readonly rate: RateLimit;
  private readonly queues = new Map<number, Fifo<Waiting>>();
  private priorities: number[] = [];
  private taken = 0;
  private pumping = false;
  /** Set while the next in line waits for its turn under `rate`. */
  private disarm: (() => void) | undefined;
  /** Somebody waits, or has just waited, for the rate and for nothing else. */
  private rateBound = false;
  private readonly extra: () => number;
  /** An extra place was of no use: there are none until a call has ended. */
  private declined = false;

  /** @param extra - how many may be admitted beyond `concurrency` just now. Default: none. */
  constructor({ concurrency, rate, burst = 1 }: AdmissionLimits, extra: () => number = () => 0) {
    this.places = concurrency === 0 ? Infinity : concurrency;
    this.extra = rate === 0 || rate === Infinity ? extra : () => 0;
    this.rate = new RateLimit(rate, burst);
  }

  /** Whether a further call would start at once. */
  get idle(): boolean {
    return this.taken < this.places && this.priorities.length === 0;
  }

  /** Takes a place outside the queue, for a duplicate of a running call; false if none is free. */
  takeIdlePlace(): boolean {
    if (!this.idle || this.rate.wait > 0) return false;
    this.rate.take();
    this.taken++;
    return true;
  }

  submit(waiting: Waiting): void {
    this.queueOf(waiting.priority).push(waiting);
    this.pump();
  }

  /** Gives a place back. */
  release(): void {
    this.taken--;
    this.declined = false;
    this.pump();
  }

  /**
   * Takes back what was admitted beyond `concurrency` and has not begun: it is the next of its priority.
   * False: there is a place for it now.
   */
  takeBack(waiting: Waiting): boolean {
    if (this.taken <= this.places) return false;
    this.taken--;
    this.declined = true;
    this.queueOf(waiting.priority).unshift(waiting);
    return true;
  }

  /** Takes the next turn under `rate`, outside the queue: milliseconds to wait for it. */
  reserveStart(): number {
    return this.rate.take();
  }

  /** Forgets whoever waits; running calls are not affected. */
  close(): void {
    this.disarm?.();
    this.disarm = undefined;
    this.queues.clear();
    this.priorities = [];
  }

  private queueOf(priority: number): Fifo<Waiting> {
    let queue = this.queues.get(priority);
    if (queue === undefined) {
      this.queues.set(priority, (queue = new Fifo()));
      const place = this.priorities.findIndex((each) => each < priority);
      this.priorities.splice(place < 0 ? this.priorities.length : place, 0, priority);
    }
    return queue;
  }

  private get hasPlace(): boolean {
    if (this.taken < this.places) return true;
    return !this.declined && this.taken < this.places + this.extra();
  }

  private pump(): void {
    // A call that ends while it is admitted comes back here: the loop below goes on for it.
    if (this.pumping) return;
    this.pumping = true;
    try {
      this.admitWaiting();
    } finally {
      this.pumping = false;
    }
  }

  private admitWaiting(): void {
    for (let waiting = this.peek(); waiting !== undefined; waiting = this.peek()) {
      if (!this.hasPlace) break;
      const { wait } = this.rate;
      if (wait > 0) {
        this.rateBound = true;
        this.disarm ??= armTimer(wait, () => {
          this.disarm = undefined;
          this.pump();
        });
        return;
      }
      // While somebody waits for the rate alone, a timer that fires a little late lowers no rate.
      if (this.rateBound) this.rate.takeAwaited();
      else this.rate.take();
      this.take();
      this.taken++;
      waiting.admit();
    }
    this.rateBound = false;
  }

  /** The next in line that has not been abandoned; empty queues are removed on the way. */
  private peek(): Waiting | undefined {
    for (;;) {
      const priority = this.priorities[0];
      if (priority === undefined) return undefined;
      const queue = this.queues.get(priority);
      const waiting = queue?.peek();
      if (waiting === undefined) {
        this.queues.delete(priority);
        this.priorities.shift();
      } else if (waiting.abandoned) {
        queue?.shift();
      } else {
        return waiting;
      }
    }
  }

  private take(): void {
    const priority = this.priorities[0];
    if (priority !== undefined) this.queues.get(priority)?.shift();
  }
}

/** A queue with constant-time ends: an array whose consumed head is cut off now and then. */
class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  push(item: T): void {
    this.items.push(item);
  }

  unshift(item: T): void {
    if (this.head > 0) this.items[--this.head] = item;
    else this.items.unshift(item);
  }

  peek(): T | undefined {
    return this.items[this.head];
  }

  shift(): void {
    this.items[this.head++] = undefined;
    if (this.head >= 1024 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
  }
}
