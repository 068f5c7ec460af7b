import type { IsolateWatch } from "./isolate-watch.js";
import type { ThreadHeap } from "./thread-heap.js";

/** Milliseconds between two looks at each thread. */
const INTERVAL = 100;

/** A thread is let alone for so many times as long as a collection has held it up. */
const LEISURE = 2;

/** One thread that is watched. */
interface Watched {
  readonly heap: ThreadHeap;
  readonly exceeded: () => void;
  looking: boolean;
  /** When to look again, by `performance.now()`. */
  next: number;
}

/**
 * Ends threads whose heap is beyond its limit before V8's own limit is reached, which lies higher: V8
 * ends the whole process there if a single step of the thread is too large. What counts is what is left
 * when garbage has been collected. One timer for all threads, which runs only while one has work and keeps
 * no process alive.
 */
export class HeapWatchdog {
  private readonly limit: number;
  private readonly interval: number;
  private readonly busy = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param limit - bytes.
   * @param interval - milliseconds between two looks.
   */
  constructor(limit: number, interval = INTERVAL) {
    this.limit = limit;
    this.interval = interval;
  }

  /** Watches a thread; `exceeded` is told once. */
  watch(heap: ThreadHeap, exceeded: () => void): IsolateWatch {
    let over = false;
    const end = () => {
      over = true;
      this.busy.delete(watched);
    };
    const watched: Watched = {
      heap,
      exceeded: () => {
        end();
        exceeded();
      },
      looking: false,
      next: 0,
    };
    return {
      end,
      setBusy: (busy) => {
        if (!busy || over) this.busy.delete(watched);
        else this.add(watched);
      },
    };
  }

  private add(watched: Watched): void {
    this.busy.add(watched);
    // The timer is left to run out by itself: calls that follow one another need not start it anew.
    this.timer ??= setInterval(() => this.lookAtAll(), this.interval).unref();
  }

  private lookAtAll(): void {
    if (this.busy.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    const now = performance.now();
    for (const watched of this.busy) {
      if (!watched.looking && watched.next <= now) void this.look(watched);
    }
  }

  /** A thread in a native call answers late, and one that ends perhaps never: others do not wait for it. */
  private async look(watched: Watched): Promise<void> {
    const { heap } = watched;
    watched.looking = true;
    try {
      if ((await heap.used()) <= this.limit) return;
      const begin = performance.now();
      const left = await heap.collect();
      const end = performance.now();
      watched.next = end + (end - begin) * LEISURE;
      if (left !== undefined && left > this.limit && this.busy.has(watched)) watched.exceeded();
    } catch {
      // It has ended.
    } finally {
      watched.looking = false;
    }
  }
}
