import type { IsolateWatch } from "./isolate-watch.js";
import { residentReader, type ReadResident } from "./resident-memory.js";

/** Milliseconds between two looks: a process can hardly take more than some hundred MB in that time. */
const INTERVAL = 100;
/** The same, where each look starts a program (`ps`). */
const SLOW_INTERVAL = 1000;

/** How processes are looked at. */
export interface MemoryWatchdogOptions {
  /** Default: as this platform allows. */
  readonly read?: ReadResident | undefined;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

/**
 * Watches the resident memory of worker processes, which V8's heap limit does not bound: `Buffer`s and
 * whatever native code takes count. One timer for all of them, which runs only while one has work and
 * keeps no process alive.
 */
export class MemoryWatchdog {
  private readonly limit: number;
  private readonly read: ReadResident | undefined;
  private readonly interval: number;
  private readonly busy = new Map<number, (resident: number) => void>();
  private timer: NodeJS.Timeout | undefined;
  private reading = false;

  /** @param limit - bytes. */
  constructor(limit: number, options: MemoryWatchdogOptions = {}) {
    this.limit = limit;
    const { read = residentReader() } = options;
    this.read = read;
    const interval = process.platform === "linux" ? INTERVAL : SLOW_INTERVAL;
    this.interval = options.interval ?? interval;
  }

  /** Watches a process; `exceeded` is told, once, the bytes by which it was found too large. */
  watch(pid: number, exceeded: (resident: number) => void): IsolateWatch {
    let told = false;
    const tell = (resident: number) => {
      told = true;
      this.setBusy(pid, undefined);
      exceeded(resident);
    };
    return {
      setBusy: (busy) => this.setBusy(pid, busy && !told ? tell : undefined),
      end: () => {
        told = true;
        this.setBusy(pid, undefined);
      },
    };
  }

  private setBusy(pid: number, tell: ((resident: number) => void) | undefined): void {
    if (tell === undefined) this.busy.delete(pid);
    else this.busy.set(pid, tell);
    // The timer is left to run out by itself: calls that follow one another need not start it anew.
    if (this.busy.size > 0 && this.read !== undefined)
      this.timer ??= setInterval(() => void this.look(), this.interval).unref();
  }

  private async look(): Promise<void> {
    if (this.busy.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    if (this.reading || this.read === undefined) return;
    this.reading = true;
    try {
      for (const [pid, resident] of await this.read([...this.busy.keys()])) {
        if (resident > this.limit) this.busy.get(pid)?.(resident);
      }
    } finally {
      this.reading = false;
    }
  }
}
