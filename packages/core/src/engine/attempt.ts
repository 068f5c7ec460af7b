import type { ControlBase, ControlMessage } from "../protocol/control.js";
import { frameFault } from "../protocol/frame-check.js";
import type { ExecutionDetail, FailureCode, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { SequenceBuffer } from "../protocol/sequence.js";
import type { Invocation } from "../provider/contract.js";

/** A control message without what identifies it. */
export type ControlBody<M = ControlMessage> = M extends ControlMessage
  ? Omit<M, keyof ControlBase>
  : never;

/** Milliseconds by which frames may be overtaken, where the transport does not say. */
const OVERTAKING_TIME = 30_000;

/** The call that an attempt is for. */
export interface AttemptOwner {
  /** Takes the frames, in order. */
  deliver(attempt: Attempt, frame: Frame): void;
  /** Takes the call back before it has begun; false if it will not. */
  takeBack(attempt: Attempt): boolean;
  /** See `TransportLimits.overtakingTime`. */
  readonly overtakingTime: number | undefined;
}

/** One attempt of a call: puts its frames in order and numbers its control messages. */
export class Attempt implements Invocation {
  readonly request: EncodedCall;
  /** Milliseconds since the epoch. */
  readonly dispatchedAt = Date.now();
  /** What the frames have told so far of where it runs. */
  execution: ExecutionDetail | undefined;
  private readonly owner: AttemptOwner;
  private readonly frames = new SequenceBuffer<Frame>();
  private controller: AbortController | undefined;
  private listener: ((message: ControlMessage) => void) | undefined;
  private unsent: ControlMessage[] | undefined;
  /** The execution that is followed, if the call is a stream. */
  private run: string | undefined;
  private controls = 0;
  over = false;
  /** Runs while a frame is missing that later ones have overtaken. */
  private gap: NodeJS.Timeout | undefined;

  constructor(request: EncodedCall, owner: AttemptOwner) {
    this.request = request;
    this.owner = owner;
  }

  get signal(): AbortSignal {
    // Made when it is asked for: most transports of most calls never do.
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.over) this.controller.abort();
    }
    return this.controller.signal;
  }

  receive(frame: Frame): void {
    if (this.over) return;
    const fault = frameFault(frame);
    if (fault !== undefined) {
      return this.fail("lost", `a part of the answer is malformed: ${fault}`);
    }
    if (frame.attempt !== this.request.attempt) return;
    if (frame.run !== undefined && frame.run !== (this.run ??= frame.run)) return;
    this.frames.accept(frame, (next) => {
      if (this.over) return;
      if (next.execution !== undefined) this.execution = next.execution;
      this.owner.deliver(this, next);
      clearTimeout(this.gap);
      this.gap = undefined;
    });
    if (this.over || !this.frames.hasGap) return;
    this.gap ??= setTimeout(
      () => this.fail("lost", "a part of the answer is missing"),
      this.owner.overtakingTime ?? OVERTAKING_TIME,
    ).unref();
  }

  /** What is known of where and how the value of a frame came to be, and to come. */
  detailOf({ way }: Frame): ExecutionDetail | undefined {
    const { execution } = this;
    return way === undefined
      ? execution
      : { ...execution, route: { ...execution?.route, result: way } };
  }

  fail(code: FailureCode, message: string): void {
    if (this.over) return;
    const { call, attempt } = this.request;
    const base = { call, attempt, item: 0, sequence: Infinity };
    this.owner.deliver(this, { ...base, type: "error", origin: "transport", code, message });
  }

  defer(): boolean {
    if (this.over || !this.owner.takeBack(this)) return false;
    this.end();
    return true;
  }

  onControl(listener: (message: ControlMessage) => void): void {
    this.listener = listener;
    const unsent = this.unsent;
    this.unsent = undefined;
    for (const message of unsent ?? []) this.hand(message, listener);
  }

  /** Sends a control message. */
  send(body: ControlBody): void {
    const { call, attempt } = this.request;
    const message: ControlMessage = { ...body, call, attempt, sequence: this.controls++ };
    if (this.listener === undefined) (this.unsent ??= []).push(message);
    else this.hand(message, this.listener);
  }

  private hand(message: ControlMessage, listener: (message: ControlMessage) => void): void {
    try {
      listener(message);
    } catch (error) {
      // A transport that cannot carry it has lost the attempt; one that is over has no use for it.
      const reason = error instanceof Error ? error.message : String(error);
      if (message.type !== "cancel")
        this.fail("lost", `a control message could not be sent: ${reason}`);
    }
  }

  /** It is over, one way or the other: no frame is looked at any more. */
  end(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.gap);
    this.controller?.abort();
  }

  /** Nobody waits for it any more: tells the worker and the transport. */
  giveUp(): void {
    if (this.over) return;
    this.send({ type: "cancel" });
    this.end();
  }
}
