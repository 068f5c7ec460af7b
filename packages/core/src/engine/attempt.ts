import type { ControlBase, ControlMessage } from "../protocol/control.js";
import type { ExecutionDetail, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { SequenceBuffer } from "../protocol/sequence.js";
import type { Invocation } from "../provider/contract.js";

/** A control message without what identifies it. */
export type ControlBody<M = ControlMessage> = M extends ControlMessage
  ? Omit<M, keyof ControlBase>
  : never;

/** One attempt of a call: puts its frames in order and numbers its control messages. */
export class Attempt implements Invocation {
  readonly request: EncodedCall;
  /** Milliseconds since the epoch. */
  readonly dispatchedAt = Date.now();
  /** What the frames have told so far of where it runs. */
  execution: ExecutionDetail | undefined;
  private readonly deliver: (attempt: Attempt, frame: Frame) => void;
  private readonly frames = new SequenceBuffer<Frame>();
  private controller: AbortController | undefined;
  private listener: ((message: ControlMessage) => void) | undefined;
  private unsent: ControlMessage[] | undefined;
  private controls = 0;
  private over = false;

  constructor(request: EncodedCall, deliver: (attempt: Attempt, frame: Frame) => void) {
    this.request = request;
    this.deliver = deliver;
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
    if (this.over || frame.attempt !== this.request.attempt) return;
    this.frames.accept(frame, (next) => {
      if (this.over) return;
      if (next.execution !== undefined) this.execution = next.execution;
      this.deliver(this, next);
    });
  }

  onControl(listener: (message: ControlMessage) => void): void {
    this.listener = listener;
    const unsent = this.unsent;
    this.unsent = undefined;
    unsent?.forEach(listener);
  }

  /** Sends a control message; returns its sequence. */
  send(body: ControlBody): number {
    const sequence = this.controls++;
    const { call, attempt } = this.request;
    const message: ControlMessage = { ...body, call, attempt, sequence };
    if (this.listener === undefined) (this.unsent ??= []).push(message);
    else this.listener(message);
    return sequence;
  }

  /** It is over, one way or the other: no frame is looked at any more. */
  end(): void {
    this.over = true;
  }

  /** Nobody waits for it any more: tells the worker and the transport. */
  giveUp(): void {
    if (this.over) return;
    this.send({ type: "cancel" });
    this.over = true;
    this.controller?.abort();
  }
}
