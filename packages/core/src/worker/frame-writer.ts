import type { ErrorFrame, Frame, FrameBase, Timing } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { encode, WireError } from "../wire/index.js";

/** A frame without what identifies it. */
type FrameBody<F = Frame> = F extends Frame ? Omit<F, keyof FrameBase> : never;

/** What a failure is, beside what was thrown. */
interface Failed extends Pick<ErrorFrame, "origin" | "code"> {
  /** Sequence of the control message that led to it. */
  readonly control?: number | undefined;
}

function answering(control: number | undefined): { control?: number } {
  return control === undefined ? {} : { control };
}

/** Writes the frames of one attempt, numbered. */
export class FrameWriter {
  private readonly request: EncodedCall;
  private readonly send: (frame: Frame) => void;
  private readonly entered = performance.now();
  private readonly startedAt = Date.now();
  private run: string | undefined;
  private sequence = 0;
  private ended = false;

  constructor(request: EncodedCall, send: (frame: Frame) => void) {
    this.request = request;
    this.send = send;
  }

  started(control?: number): void {
    this.run ??= Math.random().toString(36).slice(2);
    this.write({ type: "started", ...answering(control) });
  }

  /** Writes an item; false if it could not travel, which ends the stream. */
  item(value: unknown, control: number | undefined): boolean {
    const bytes = this.encode(value, { what: "a yielded item", root: "item", control });
    if (bytes === undefined) return false;
    this.write({ type: "yield", value: bytes, ...answering(control) });
    return true;
  }

  result(value: unknown, control?: number): void {
    const bytes = this.encode(value, { what: "the return value", root: "result", control });
    if (bytes === undefined) return;
    this.write({ type: "result", value: bytes, timing: this.timing(), ...answering(control) });
  }

  /** The function threw, or rejected. */
  thrown(error: unknown, control?: number): void {
    this.failed({ origin: "user", code: "thrown", control }, error);
  }

  failed(failure: Failed, error: unknown): void {
    const { origin, code, control } = failure;
    const message = messageOf(error);
    const timing = this.timing();
    const value = encodeThrown(error);
    this.write({ type: "error", origin, code, message, value, timing, ...answering(control) });
  }

  private encode(
    value: unknown,
    { what, root, control }: { what: string; root: string; control: number | undefined },
  ): Uint8Array | undefined {
    try {
      return encode(value, { root, validate: this.request.validate });
    } catch (error) {
      const reason = error instanceof WireError ? error.message : messageOf(error);
      this.write({
        type: "error",
        origin: "user",
        code: "serialization",
        message: `${what} cannot be serialized: ${reason}`,
        timing: this.timing(),
        ...answering(control),
      });
      return undefined;
    }
  }

  private timing(): Timing {
    return { startedAt: this.startedAt, executionTime: performance.now() - this.entered };
  }

  private write(body: FrameBody): void {
    if (this.ended) return;
    this.ended = body.type === "result" || body.type === "error";
    const { call, attempt } = this.request;
    const run = this.run === undefined ? undefined : { run: this.run };
    this.send({ ...body, call, attempt, sequence: this.sequence++, item: 0, ...run });
  }
}

/** Encodes whatever was thrown; what of it cannot travel is described instead. */
export function encodeThrown(error: unknown): Uint8Array {
  hideOwnFrames(error);
  try {
    return encode(error, { lossyErrors: true, root: "error" });
  } catch {
    return encode(new Error(`something was thrown that cannot be sent: ${messageOf(error)}`));
  }
}

/** Takes this program's own frames out of an error's stack: they tell its reader nothing. */
function hideOwnFrames(error: unknown): void {
  try {
    const { stack } = error as { stack?: unknown };
    if (typeof stack !== "string" || !stack.includes(import.meta.url)) return;
    const lines = stack.split("\n").filter((line) => !line.includes(import.meta.url));
    (error as { stack: string }).stack = lines.join("\n");
  } catch {
    // No error, or a frozen one.
  }
}

/** The message of an error, or the kind of whatever else was thrown. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error === "object" && error !== null && "message" in error)
      return String(error.message);
    return typeof error === "object" && error !== null
      ? "an object was thrown"
      : `${error as string}`;
  } catch {
    return "something was thrown that has no description";
  }
}
