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
}

/** Decides when a call may start: first come, first served, under `concurrency` and `rate`. */
export class Admission {
  private readonly places: number;
  /** Milliseconds between two admissions. */
  private readonly interval: number;
  private readonly queues = new Map<number, Fifo<Waiting>>();
  private priorities: number[] = [];
  private taken = 0;
  private pumping = false;
  private nextAdmission = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor({ concurrency, rate }: AdmissionLimits) {
    this.places = concurrency === 0 ? Infinity : concurrency;
    this.interval = rate === 0 ? 0 : 1000 / rate;
  }

  /** Whether a further call would start at once. */
  get idle(): boolean {
    return this.taken < this.places && this.priorities.length === 0;
  }

  /** Takes a place outside the queue, for a duplicate of a running call; false if none is free. */
  takeIdlePlace(): boolean {
    if (!this.idle || (this.interval > 0 && performance.now() < this.nextAdmission)) return false;
    if (this.interval > 0) this.reserveStart();
    this.taken++;
    return true;
  }

  submit(waiting: Waiting): void {
    let queue = this.queues.get(waiting.priority);
    if (queue === undefined) {
      this.queues.set(waiting.priority, (queue = new Fifo()));
      const place = this.priorities.findIndex((each) => each < waiting.priority);
      this.priorities.splice(place < 0 ? this.priorities.length : place, 0, waiting.priority);
    }
    queue.push(waiting);
    this.pump();
  }

  /** Gives a place back. */
  release(): void {
    this.taken--;
    this.pump();
  }

  /** Takes the next turn under `rate`, outside the queue: milliseconds to wait for it. */
  reserveStart(): number {
    if (this.interval === 0) return 0;
    const now = performance.now();
    const start = Math.max(now, this.nextAdmission);
    this.nextAdmission = start + this.interval;
    return start - now;
  }

  /** Forgets whoever waits; running calls are not affected. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.queues.clear();
    this.priorities = [];
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
    while (this.taken < this.places) {
      const waiting = this.peek();
      if (waiting === undefined) return;
      if (this.interval > 0) {
        const now = performance.now();
        if (now < this.nextAdmission) {
          this.timer ??= setTimeout(() => {
            this.timer = undefined;
            this.pump();
          }, this.nextAdmission - now);
          return;
        }
        // A timer that fires a little late does not lower the rate; an idle spell earns no burst.
        const due = now - this.nextAdmission < this.interval ? this.nextAdmission : now;
        this.nextAdmission = due + this.interval;
      }
      this.take();
      this.taken++;
      waiting.admit();
    }
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
