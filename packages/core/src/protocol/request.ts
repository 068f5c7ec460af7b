import type { Attachment } from "../wire/index.js";
import type { PayloadWay } from "./frames.js";

/** One attempt of one call, ready to travel. */
export interface EncodedCall {
  /** Unique in its deployment; the same for every attempt of the call. */
  readonly call: string;
  /** From 0. */
  readonly attempt: number;
  /** The export key of the function. */
  readonly functionName: string;
  /** The list of arguments, encoded. */
  readonly args: Uint8Array;
  /** What goes along with the arguments as it is: only where `TransportLimits.sharesMemory` says so. */
  readonly attachments?: readonly Attachment[] | undefined;
  /** How the arguments have come to the worker, where there are several ways. */
  readonly way?: PayloadWay | undefined;
  /** Milliseconds that the function may run, counted by the worker from its entry. */
  readonly timeout: number;
  /** The function is known to be a stream, so that a transport may make ready for control messages. */
  readonly stream: boolean;
  /** Items that a stream may send before it is told more. */
  readonly credit: number;
  /** Whether results are refused when they cannot travel unaltered. */
  readonly validate: boolean;
}
