import type { Timing } from "../protocol/frames.js";
import { FunctionStats, FunctionStatsEvent } from "./function-stats.js";

/** Milliseconds between two `stats` events. */
const EVENT_INTERVAL = 1000;

/** Clock readings of one successful call, in milliseconds since the epoch by the caller's clock. */
export interface CallTimes {
  readonly called: number;
  readonly dispatched: number;
  readonly settled: number;
}

export type StatsListener = (event: FunctionStatsEvent) => void;

/** Counts calls, for each function and in all, and tells listeners once a second. */
export class StatsRecorder {
  private readonly total = new FunctionStats();
  private readonly byFunction = new Map<string, FunctionStats>();
  private recent = new Map<string, FunctionStats>();
  private readonly listeners = new Set<StatsListener>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  invoked(fn: string): void {
    for (const stats of this.targets(fn)) stats.invocations++;
  }

  retried(fn: string): void {
    for (const stats of this.targets(fn)) stats.retries++;
  }

  failed(fn: string): void {
    for (const stats of this.targets(fn)) stats.errors++;
  }

  completed(fn: string, times: CallTimes, timing: Timing): void {
    const { called, dispatched, settled } = times;
    const returned = timing.startedAt + timing.executionTime;
    for (const stats of this.targets(fn)) {
      stats.completed++;
      stats.localStartLatency.update(dispatched - called);
      stats.remoteStartLatency.update(Math.max(0, timing.startedAt - dispatched));
      stats.executionTime.update(timing.executionTime);
      stats.sendResponseLatency.update(Math.max(0, settled - returned));
      stats.returnLatency.update(settled - called);
      // Platforms bill by the millisecond, rounded up.
      stats.estimatedBilledTime.update(Math.max(1, Math.ceil(timing.executionTime)));
    }
  }

  /** A copy of the statistics of one function, or of all. */
  snapshot(fn?: string): FunctionStats {
    if (fn === undefined) return this.total.clone();
    return this.byFunction.get(fn)?.clone() ?? new FunctionStats();
  }

  on(listener: StatsListener): void {
    if (this.closed) return;
    this.listeners.add(listener);
    // Unreferenced: listening keeps no process alive.
    this.timer ??= setInterval(() => this.emit(), EVENT_INTERVAL).unref();
  }

  off(listener: StatsListener): void {
    this.listeners.delete(listener);
    if (this.listeners.size === 0) this.stop();
  }

  /** Tells what is not told yet, and forgets the listeners. The statistics remain. */
  close(): void {
    if (this.listeners.size > 0) this.emit();
    this.closed = true;
    this.listeners.clear();
    this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.recent.clear();
  }

  private emit(): void {
    const active = this.recent;
    this.recent = new Map();
    for (const [fn, stats] of active) {
      for (const listener of this.listeners) {
        try {
          listener(new FunctionStatsEvent(fn, stats));
        } catch (error) {
          // A listener's fault is its own, as in any event emitter, but it must not stop the others.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }

  private targets(fn: string): FunctionStats[] {
    const targets = [this.total, statsOf(this.byFunction, fn)];
    if (this.timer !== undefined) targets.push(statsOf(this.recent, fn));
    return targets;
  }
}

function statsOf(map: Map<string, FunctionStats>, fn: string): FunctionStats {
  let stats = map.get(fn);
  if (stats === undefined) map.set(fn, (stats = new FunctionStats()));
  return stats;
}
