import type { Attachment } from "../wire/index.js";

/**
 * What travels down: from the worker to the engine, one stream of frames a call.
 *
 * Frames may arrive late, twice or out of order, whatever the transport: `sequence` puts them right.
 */

/** What identifies a frame. */
export interface FrameBase {
  /** The call that the frame belongs to. */
  readonly call: string;
  /** The attempt of that call, from 0. */
  readonly attempt: number;
  /** Position of the frame in its attempt, from 0, without gaps. */
  readonly sequence: number;
  /** Index in the batch of items that the call carries; 0 where a call carries one item. */
  readonly item: number;
  /**
   * Names the execution, in the frames of a stream: a transport that delivers a request twice starts two
   * executions, of which the caller follows the first that it hears of.
   */
  readonly run?: string;
  /** Where and how the attempt runs. At the latest, the attempt's last frame has it. */
  readonly execution?: ExecutionDetail;
  /** How the frame's value has come to the caller, where there are several ways. */
  readonly way?: PayloadWay;
}

/** Where an attempt of a call ran. */
export interface ExecutionDetail {
  /** Where its output is to be read. */
  readonly logUrl?: string;
  /** The platform's name for this execution, unique for each attempt. */
  readonly executionId?: string;
  /** The worker (process, execution environment) that ran it. */
  readonly instanceId?: string;
  /** How what was sent got there and back; absent where there is but one way. */
  readonly route?: PayloadWays;
}

/** How a payload travels: within a message, or by way of a store, because it is too large for one. */
export type PayloadWay = "inline" | "stored";

/** The way of the arguments, and that of the result, or of one item of a stream. */
export interface PayloadWays {
  readonly request?: PayloadWay;
  readonly result?: PayloadWay;
}

/**
 * The call turned out to be a stream: it waits for credit. Or, with `control`, the stream has begun the
 * `return` that was asked of it. Calls that are no streams need not send it.
 */
export interface StartedFrame extends FrameBase {
  readonly type: "started";
  /** Sequence of the control message that asked for the `return`. */
  readonly control?: number;
}

/** One item of a stream. */
export interface YieldFrame extends FrameBase {
  readonly type: "yield";
  /** The item, encoded. */
  readonly value: Uint8Array;
  /** What goes along with it as it is: see `EncodedCall.attachments`. */
  readonly attachments?: readonly Attachment[] | undefined;
  /** Sequence of the control message that asked for this item; absent if credit paid for it. */
  readonly control?: number;
}

/** The value returned: the end of a call, or of a stream. */
export interface ResultFrame extends FrameBase {
  readonly type: "result";
  /** The returned value, encoded. */
  readonly value: Uint8Array;
  /** What goes along with it as it is: see `EncodedCall.attachments`. */
  readonly attachments?: readonly Attachment[] | undefined;
  /** When the function was entered and how long it ran. */
  readonly timing: Timing;
  /** Sequence of the control message that led to this end of a stream; absent if credit did. */
  readonly control?: number;
}

/** The call failed; it is over. */
export interface ErrorFrame extends FrameBase {
  readonly type: "error";
  /**
   * Whose failure it is: the user's code threw; the runtime that carries it gave up (exit, memory,
   * time-out); or the way there or back failed. Retries are decided by this and by `code`, never by
   * the words of a message.
   */
  readonly origin: "user" | "runtime" | "transport";
  readonly code: FailureCode;
  readonly message: string;
  /** What was thrown, encoded; absent where nothing was. */
  readonly value?: Uint8Array;
  readonly timing?: Timing;
  /** Sequence of the control message that led to this end of a stream; absent if credit did. */
  readonly control?: number;
}

/** Kinds of failure, in the terms in which the engine decides. */
export type FailureCode =
  | "thrown" // the user's function threw or rejected
  | "serialization" // a result or an item cannot travel
  | "missing" // the module has no such function
  | "import" // the module could not be loaded
  | "exit" // the worker ended: exit, signal, uncaught exception
  | "memory" // the worker ran out of memory
  | "timeout" // the deadline passed
  | "cancelled" // the caller asked for the end
  | "throttled" // the platform takes no more for now
  | "lost"; // sent, and never heard of

/** Clock readings of the worker. */
export interface Timing {
  /** When the function was entered: milliseconds since the epoch, by the worker's clock. */
  readonly startedAt: number;
  /** Milliseconds from there to the outcome. */
  readonly executionTime: number;
}

export type Frame = StartedFrame | YieldFrame | ResultFrame | ErrorFrame;
