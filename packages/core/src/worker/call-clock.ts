import type { ControlMessage } from "../protocol/control.js";
import type { Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { SequenceBuffer } from "../protocol/sequence.js";
import { armTimer, unarmed, type Unarmed } from "../timer.js";

/** What a `CallClock` tells. */
export interface ClockEvents {
  /** The call has used up its time. */
  expired(clock: CallClock): void;
  /** The call, a stream, has begun to wait for its reader, or has ceased to. */
  paused(paused: boolean): void;
}

/**
 * Counts the time that a call runs. A stream that has sent all it was asked for waits for its reader,
 * and that is not its own time: what the stream is owed is seen in the messages up and the frames down.
 */
export class CallClock implements Unarmed {
  private readonly events: ClockEvents;
  private order: SequenceBuffer<ControlMessage> | undefined;
  /** Milliseconds left when the clock was last stopped. */
  private left: number;
  private startedAt = 0;
  private running = false;
  private suspended: boolean;
  /** Time is counted. */
  private counting = false;
  private disarm: (() => void) | undefined;
  private streaming = false;
  /** Items asked for on credit, over the whole call. */
  private credit: number;
  /** Items sent on credit. */
  private sent = 0;
  /** Steps (`next`, `throw`, `return`) without an answer yet. */
  private steps = 0;

  constructor(request: EncodedCall, events: ClockEvents, suspended = false) {
    this.suspended = suspended;
    this.left = request.timeout;
    this.credit = request.credit;
    this.events = events;
  }

  start(): void {
    this.running = true;
    this.count();
  }

  stop(): void {
    this.running = false;
    this.halt();
  }

  /** The clock stands still, whatever the call does; or it goes on. */
  suspend(suspended: boolean): void {
    this.suspended = suspended;
    if (suspended) this.halt();
    else this.count();
  }

  /** Sets the timer. */
  arm(): void {
    const left = this.left - (performance.now() - this.startedAt);
    this.disarm = armTimer(Math.max(1, left), () => this.events.expired(this));
  }

  private count(): void {
    if (this.counting || !this.running || this.suspended) return;
    this.counting = true;
    this.startedAt = performance.now();
    unarmed.add(this, this.left);
  }

  private halt(): void {
    if (!this.counting) return;
    this.counting = false;
    unarmed.delete(this);
    this.disarm?.();
    this.disarm = undefined;
    this.left = Math.max(1, this.left - (performance.now() - this.startedAt));
  }

  /** A message goes up to the call; messages may come twice, or out of order. */
  control(message: ControlMessage): void {
    this.order ??= new SequenceBuffer();
    this.order.accept(message, (next) => {
      if (next.type === "credit") this.credit += next.items;
      else if (next.type !== "cancel") this.steps++;
    });
    this.update();
  }

  /** A frame has come down from the call. */
  frame(frame: Frame): void {
    if (frame.type === "started") {
      this.streaming = true;
    } else if (frame.type === "yield") {
      if (frame.control === undefined) {
        this.sent++;
      } else {
        this.steps--;
        this.credit = this.sent; // a step cancels the credit before it
      }
    }
    this.update();
  }

  private update(): void {
    if (!this.streaming) return;
    const paused = this.steps === 0 && this.sent >= this.credit;
    if (paused === this.running) this.events.paused(paused);
    if (paused) this.stop();
    else this.start();
  }
}
