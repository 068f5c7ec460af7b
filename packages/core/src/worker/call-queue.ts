import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import type { Executor } from "./executor.js";
import { machineTime } from "./lease.js";
import type { Wakefulness } from "./wakefulness.js";

/** Milliseconds up to which another call may be on its way already when one ends. */
const SHORT = 0.2;

/** What a `CallQueue` needs of the way to its supervisor. */
export interface CallQueueEvents {
  frame(frame: Frame): void;
  /** The call that was sent with that `startBy` was not begun, and will not be. */
  returned(startBy: number): void;
  /** Calls back when all that was sent before is on its way for sure. */
  whenSent(callback: () => void): void;
}

/** A call that was sent ahead. */
interface Leased {
  readonly request: EncodedCall;
  readonly startBy: number;
  readonly origin: AsyncResource;
}

/** Runs calls as they come; those that were sent ahead, one after another: see `LEASE`. */
export class CallQueue {
  private readonly executor: Executor;
  private readonly events: CallQueueEvents;
  /** Tells, of an exception that no call awaited, which call it comes from. */
  private readonly origins = new AsyncLocalStorage<{ over: boolean }>();
  private readonly ahead: Leased[] = [];
  private readonly wakefulness: Wakefulness | undefined;
  private running = 0;
  private closed = false;

  /** @param wakefulness - extended after a short call: the next may be on its way. */
  constructor(executor: Executor, events: CallQueueEvents, wakefulness: Wakefulness | undefined) {
    this.executor = executor;
    this.events = events;
    this.wakefulness = wakefulness;
  }

  /** Whether what runs just now is part of a call that is over. */
  get isOutlived(): boolean {
    return this.origins.getStore()?.over === true;
  }

  /** Begins no further call. */
  close(): void {
    this.closed = true;
  }

  /** @param startBy - for a call that is sent ahead: when it has to begin at the latest, by `machineTime()`. */
  take(request: EncodedCall, startBy: number | undefined): void {
    if (startBy === undefined) return this.start(request);
    this.ahead.push({ request, startBy, origin: new AsyncResource("FaastCall") });
    if (this.running === 0) this.proceed();
  }

  private start(request: EncodedCall): void {
    this.running++;
    const origin = { over: false };
    const begun = performance.now();
    void this.origins.run(origin, async () => {
      await this.executor.run(request, (frame) => this.events.frame(frame));
      origin.over = true;
      this.running--;
      if (this.ahead.length > 0) this.proceed();
      else if (performance.now() - begun < SHORT) this.wakefulness?.extend();
    });
  }

  private proceed(): void {
    this.events.whenSent(() => this.next());
  }

  private next(): void {
    if (this.running > 0) return;
    const leased = this.ahead.shift();
    if (leased === undefined) return;
    if (!this.closed && machineTime() <= leased.startBy)
      return leased.origin.runInAsyncScope(() => this.start(leased.request));
    this.events.returned(leased.startBy);
    this.proceed();
  }
}
