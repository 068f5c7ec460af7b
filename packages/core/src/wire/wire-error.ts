/** What went wrong: for programs. */
export type WireErrorCode =
  | "WIRE_REFUSED" // the value cannot travel
  | "WIRE_DEPTH" // the value is nested too deeply
  | "WIRE_MALFORMED" // the bytes are no document
  | "WIRE_VERSION"; // the bytes are, or should become, a document of a version unknown here

/** The parts of a {@link WireError}. */
export interface WireErrorOptions {
  readonly code: WireErrorCode;
  readonly path: string;
  readonly reason: string;
  readonly cause?: unknown;
}

/**
 * A value cannot be encoded, or bytes cannot be decoded.
 *
 * @example
 * ```ts
 * import { WireError, encode } from "@faast/core/provider";
 * try {
 *   encode({ save: () => 1 }, { root: "user" });
 * } catch (error) {
 *   if (error instanceof WireError) console.log(error.path); // user.save
 * }
 * ```
 */
export class WireError extends Error {
  readonly code: WireErrorCode;
  /** Of `encode`: the offending part, as an expression. Of `decode`: the position, as "byte 17". */
  readonly path: string;
  /** What is wrong and what to do, worded to follow "… cannot be serialized: ". */
  readonly reason: string;

  constructor({ code, path, reason, cause }: WireErrorOptions) {
    super(`${path}: ${reason}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
    this.reason = reason;
    Object.defineProperty(this, "name", { value: "WireError", configurable: true, writable: true });
  }
}
