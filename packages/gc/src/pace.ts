import type { CollectorPace } from "./collector.js";
import { pause, type PauseOptions } from "./pause.js";

/** Lets so many through at once, and so many each second, in the order in which they came. */
export class Pace {
  private readonly interval: number;
  private readonly options: PauseOptions;
  private readonly waiting: (() => void)[] = [];
  private places: number;
  private nextStart = 0;

  constructor({ concurrency, rate }: CollectorPace, options: PauseOptions) {
    this.places = concurrency;
    this.interval = 1000 / rate;
    this.options = options;
  }

  /** Runs a task when there is a place for it. */
  async within<T>(task: () => Promise<T>): Promise<T> {
    if (this.places > 0) this.places--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.places++;
      else next();
    }
  }

  /** Waits until another request may be made. */
  async turn(): Promise<void> {
    const now = performance.now();
    const start = Math.max(now, this.nextStart);
    this.nextStart = start + this.interval;
    await pause(start - now, this.options);
  }
}
