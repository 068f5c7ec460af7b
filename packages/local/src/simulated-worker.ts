import type { FromIsolate } from "@faast/core/worker";
import type { IsolateWatch } from "./isolate-watch.js";

/** Makes a worker take longer to start: what it says of being ready is held back. */
export class ColdStart implements IsolateWatch {
  private readonly delay: number;
  private readonly deliver: (message: FromIsolate) => void;
  private timer: NodeJS.Timeout | undefined;

  /** @param delay - seconds. */
  constructor(delay: number, deliver: (message: FromIsolate) => void) {
    this.delay = delay * 1000;
    this.deliver = deliver;
  }

  message(message: FromIsolate): void {
    if (message.type !== "ready" || this.delay === 0) return this.deliver(message);
    this.timer = setTimeout(() => this.deliver(message), this.delay).unref();
  }

  setBusy(): void {
    // It starts in any case.
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** Ends a worker that has had no work for a while. */
export class IdleLife implements IsolateWatch {
  private readonly idleTime: number;
  private readonly retire: () => void;
  private timer: NodeJS.Timeout | undefined;

  /** @param idleTime - seconds. */
  constructor(idleTime: number, retire: () => void) {
    this.idleTime = idleTime * 1000;
    this.retire = retire;
  }

  setBusy(busy: boolean): void {
    clearTimeout(this.timer);
    if (!busy) this.timer = setTimeout(this.retire, this.idleTime).unref();
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
