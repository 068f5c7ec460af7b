import type { ControlMessage } from "../protocol/control.js";
import type { ErrorFrame, ExecutionDetail, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import type { CallClock } from "./call-clock.js";
import type { CallAhead } from "./calls-ahead.js";
import type { Verdict } from "./isolate-end.js";

/** One attempt of a call, as the supervisor sees it. */
export interface SupervisedCall {
  readonly request: EncodedCall;
  /**
   * Milliseconds, from when the module is loaded, after which the platform ends whatever runs. They do
   * not stop while a stream waits for its reader. Default: none.
   */
  readonly platformTimeout?: number;
  receive(frame: Frame): void;
  onControl(listener: (message: ControlMessage) => void): void;
}

/**
 * Told once of each call, when the worker can take another: just before the last frame goes to the call, so
 * that whoever is called next finds it free.
 *
 * @param executionTime - milliseconds that the function has run, if it has come to an end.
 */
export type Idle = (executionTime: number | undefined) => void;

/** A call that is to have its turn. */
export interface Turn {
  readonly call: SupervisedCall;
  readonly idle: Idle;
}

/** A call that was sent before its turn. */
export interface TurnAhead extends Turn, CallAhead {
  /** Control messages that came meanwhile. */
  readonly early: ControlMessage[];
  cancelled: boolean;
}

export interface Current extends Turn {
  readonly execution: ExecutionDetail;
  /** The call was sent ahead, so that the worker may still leave it. */
  readonly lease: CallAhead | undefined;
  streaming: boolean;
  cancelled: boolean;
  /** Runs while the function does. */
  clock: CallClock | undefined;
  /** Control messages that came before the call could be sent; undefined once it is. */
  early: ControlMessage[] | undefined;
  /** Sequence of the next frame. */
  sequence: number;
}

export function currentOf(
  { call, idle }: Turn,
  execution: ExecutionDetail,
  lease: CallAhead | undefined,
): Current {
  return {
    call,
    idle,
    execution,
    lease,
    streaming: false,
    cancelled: false,
    clock: undefined,
    early: [],
    sequence: 0,
  };
}

/** The last frame of a call that has failed. */
export function failureFrame(
  { call: { request }, sequence }: Current,
  failure: Pick<ErrorFrame, "code" | "message" | "value">,
): ErrorFrame {
  const { call, attempt } = request;
  return { type: "error", origin: "runtime", call, attempt, item: 0, sequence, ...failure };
}

export function isLast(frame: Frame): boolean {
  return frame.type === "result" || frame.type === "error";
}

export const cancelled: Verdict = { code: "cancelled", message: "the call was cancelled" };

export function timedOut(message: string): Verdict {
  return { code: "timeout", message };
}
