import { onAbort } from "../infra/abort-listeners.js";

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
    await new Promise<void>((resolve, reject) => {
      const forget = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
      const timer = setTimeout(() => {
        forget();
        resolve();
      }, time - now).unref();
    });
  }
}
