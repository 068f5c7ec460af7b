import { setTimeout as sleep } from "node:timers/promises";

/** Lets so many requests begin each second, in the order in which they came. */
export class RequestPace {
  private readonly interval: number;
  private next = 0;

  /** @param rate - requests each second. */
  constructor(rate: number) {
    this.interval = 1000 / rate;
  }

  /** Waits until another request may be made; that keeps no process alive. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = performance.now();
    const time = Math.max(now, this.next);
    this.next = time + this.interval;
    if (time === now) return;
    await sleep(time - now, undefined, { ref: false, signal }).catch((error: unknown) => {
      signal.throwIfAborted(); // with the signal's own reason
      throw error;
    });
  }
}
