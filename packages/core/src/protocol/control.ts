import type { Attachment } from "../wire/index.js";

/**
 * What travels up: from the engine to the worker, while a stream runs. Ordered and de-duplicated by
 * `sequence`, like frames.
 */
export interface ControlBase {
  readonly call: string;
  readonly attempt: number;
  /** Position of the message among those of its attempt, from 0, without gaps. */
  readonly sequence: number;
}

/** The worker may take this many more items from the iterator before it is told more. */
export interface CreditMessage extends ControlBase {
  readonly type: "credit";
  readonly items: number;
}

/**
 * One step of the iterator, with a value (encoded): `next(value)`, `throw(value)` or `return(value)`.
 * Its answer bears its sequence. It cancels credit that is still unused.
 */
export interface StepMessage extends ControlBase {
  readonly type: "next" | "throw" | "return";
  readonly value: Uint8Array;
  /** What goes along with the value as it is: see `EncodedCall.attachments`. */
  readonly attachments?: readonly Attachment[] | undefined;
  /** Items, over the whole attempt, that are to be taken on credit before this step. */
  readonly after: number;
}

/** Nobody waits for the outcome any more: stop where that is possible. */
export interface CancelMessage extends ControlBase {
  readonly type: "cancel";
}

export type ControlMessage = CreditMessage | StepMessage | CancelMessage;
