import type { ErrorFrame, Frame, FrameBase, Timing } from "../protocol/frames.js";
import { ownLocations } from "../own-files.js";
import type { EncodedCall } from "../protocol/request.js";
import { AttachmentList, encode, type Attachment } from "../wire/index.js";
import type { ExecutorOptions } from "./executor.js";

/** A frame without what identifies it. */
type FrameBody<F = Frame> = F extends Frame ? Omit<F, keyof FrameBase> : never;

type Mutable<T> = { -readonly [P in keyof T]: T[P] };

/** A value, ready to travel. */
interface Encoded {
  readonly value: Uint8Array;
  readonly attachments?: readonly Attachment[];
}

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
  private readonly sharesMemory: boolean;
  private readonly entered = performance.now();
  private readonly startedAt = Date.now();
  private run: string | undefined;
  private sequence = 0;
  private ended = false;

  constructor(
    request: EncodedCall,
    send: (frame: Frame) => void,
    { sharesMemory = false }: ExecutorOptions = {},
  ) {
    this.request = request;
    this.sharesMemory = sharesMemory;
    this.send = send;
  }

  started(control?: number): void {
    this.run ??= Math.random().toString(36).slice(2);
    this.write({ type: "started", ...answering(control) });
  }

  /** Writes an item; false if it could not travel, which ends the stream. */
  item(value: unknown, control: number | undefined): boolean {
    const encoded = this.encode(value, { what: "a yielded item", root: "item", control });
    if (encoded === undefined) return false;
    this.write({ type: "yield", ...encoded, ...answering(control) });
    return true;
  }

  result(value: unknown, control?: number): void {
    const encoded = this.encode(value, { what: "the return value", root: "result", control });
    if (encoded === undefined) return;
    this.write({ type: "result", ...encoded, timing: this.timing(), ...answering(control) });
  }

  /** The function threw, or rejected. */
  thrown(error: unknown, control?: number): void {
    const { validate } = this.request;
    let value: Uint8Array;
    try {
      value = encode(error, { ...thrownOptions, root: "thrown", validate });
    } catch (refusal) {
      return this.refused("what it threw", { refusal, control, value: remainder(error) });
    }
    const failure = { origin: "user", code: "thrown", message: messageOf(error) } as const;
    this.write({ type: "error", ...failure, value, timing: this.timing(), ...answering(control) });
  }

  failed(failure: Failed, error: unknown): void {
    const { origin, code, control } = failure;
    const message = messageOf(error);
    const timing = this.timing();
    const value = encodeThrown(error);
    this.write({ type: "error", origin, code, message, value, timing, ...answering(control) });
  }

  /** Something of the function's cannot travel. */
  private refused(
    what: string,
    { refusal, control, value }: { refusal: unknown; control?: number; value?: Uint8Array },
  ): void {
    this.write({
      type: "error",
      origin: "user",
      code: "serialization",
      message: `${what} cannot be serialized: ${messageOf(refusal)}`,
      timing: this.timing(),
      ...(value === undefined ? {} : { value }),
      ...answering(control),
    });
  }

  private encode(
    value: unknown,
    { what, root, control }: { what: string; root: string; control: number | undefined },
  ): Encoded | undefined {
    const { validate } = this.request;
    try {
      if (!this.sharesMemory) return { value: encode(value, { root, validate }) };
      const list = new AttachmentList();
      const bytes = encode(value, { root, validate, attachments: list });
      return list.items === undefined
        ? { value: bytes }
        : { value: bytes, attachments: list.items };
    } catch (refusal) {
      this.refused(what, { refusal, control });
      return undefined;
    }
  }

  private timing(): Timing {
    return { startedAt: this.startedAt, executionTime: performance.now() - this.entered };
  }

  private write(body: FrameBody): void {
    if (this.ended) return;
    this.ended = body.type === "result" || body.type === "error";
    // The body becomes the frame: a copy would take longer than all the rest.
    const frame = body as unknown as Mutable<FrameBase>;
    frame.call = this.request.call;
    frame.attempt = this.request.attempt;
    frame.sequence = this.sequence++;
    frame.item = 0;
    if (this.run !== undefined) frame.run = this.run;
    this.send(frame as unknown as Frame);
  }
}

/**
 * What this program's own frames in a stack have in them, which tell its reader nothing. In an archive,
 * it is one file, and the only one without a source map; elsewhere, it is a package.
 */
const ownFrames = ownLocations();

/** A frame through which ours call the user's function, and nobody else's. */
const passage = /^\s+at (?:async )?AsyncLocalStorage\.run \(node:/;

/** A stack that shows what is the user's. */
function withoutOwnFrames(stack: string): string {
  const hasOwn = (text: string) => ownFrames.some((each) => text.includes(each));
  if (!hasOwn(stack)) return stack;
  const lines = stack.split("\n");
  const isOwn = (line = "") => hasOwn(line) && /^\s+at /.test(line);
  return lines
    .filter((line, i) => !isOwn(line) && !(passage.test(line) && isOwn(lines[i + 1])))
    .join("\n");
}

/** Errors always arrive. */
const thrownOptions = { lossyErrors: true, stack: withoutOwnFrames } as const;

/** Encodes whatever was thrown; what of it cannot travel is described instead. */
export function encodeThrown(error: unknown): Uint8Array {
  try {
    return encode(error, { ...thrownOptions, root: "error" });
  } catch {
    const description = `something was thrown that cannot be sent: ${messageOf(error)}`;
    return remainder(error) ?? encode(new Error(description), thrownOptions);
  }
}

/** What can be sent of something thrown that cannot; undefined if nothing can. */
function remainder(thrown: unknown): Uint8Array | undefined {
  if (typeof thrown !== "object") return undefined;
  try {
    return encode(thrown, { ...thrownOptions, validate: false });
  } catch {
    return undefined; // it is too deep, or cannot be read
  }
}

/** The message of an error, or the kind of whatever else was thrown. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error === "object" && error !== null && "message" in error)
      return String(error.message);
    return typeof error === "object" && error !== null ? "an object was thrown" : String(error);
  } catch {
    return "something was thrown that has no description";
  }
}
