import type { Invocation } from "@faast/core/provider";
import { LEASE, type Supervisor } from "@faast/core/worker";

/** Calls that a worker is sent ahead, at most. */
export const AHEAD = 16;

/** What a worker tells its pool of a call. */
export interface PoolWorkerEvents {
  /** @param executionTime - milliseconds that the function has run, if it has come to an end. */
  done(worker: PoolWorker, invocation: Invocation, executionTime: number | undefined): void;
  /** The call is not begun there, and has to go elsewhere. */
  returned(worker: PoolWorker, invocation: Invocation): void;
}

/** One worker of a pool, with the calls it has. */
export class PoolWorker {
  readonly supervisor: Supervisor;
  private readonly events: PoolWorkerEvents;
  /** When it was created, by `performance.now()`. */
  private readonly startedAt = performance.now();
  /** When it began the call that it runs. */
  private since = 0;
  private calls = 0;

  constructor(supervisor: Supervisor, events: PoolWorkerEvents) {
    this.supervisor = supervisor;
    this.events = events;
  }

  /** Calls that it runs, or has been sent ahead. */
  get load(): number {
    return this.calls;
  }

  /** Milliseconds for which it has not been ready for its first call; 0 if it is. */
  startingFor(now: number): number {
    return this.supervisor.isReady ? 0 : now - this.startedAt;
  }

  /** Whether the call that it runs takes longer than others may be held up. */
  isStuck(now: number): boolean {
    return this.calls > 0 && now - this.since > LEASE;
  }

  /** Runs a call; it has none. */
  run(invocation: Invocation): void {
    this.begin();
    this.supervisor.run(invocation, (executionTime) => this.end(invocation, executionTime));
  }

  /** Sends it a call while it runs others; false if it takes none. */
  runAhead(invocation: Invocation): boolean {
    const isSent =
      this.calls <= AHEAD &&
      this.supervisor.runAhead(
        invocation,
        (executionTime) => this.end(invocation, executionTime),
        () => {
          this.calls--;
          this.events.returned(this, invocation);
        },
      );
    if (isSent) this.calls++;
    return isSent;
  }

  private begin(): void {
    this.calls++;
    this.since = performance.now();
  }

  private end(invocation: Invocation, executionTime: number | undefined): void {
    this.calls--;
    this.since = performance.now();
    this.events.done(this, invocation, executionTime);
  }
}
