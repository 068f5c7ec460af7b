import type { Frame, ResultFrame, YieldFrame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";

/** Payloads up to this size (bytes) travel as text. */
const SMALL = 8192;

/** Up to this length, the way into native code takes longer. */
const SHORT = 40;

/** What ends the header; JSON has no line breaks of its own. */
const END = "\n";

/** An optional field in a header: JSON has no `undefined`. */
type Optional<T> = T | 0;

type CallHeader = [
  kind: "c",
  call: string,
  attempt: number,
  functionName: string,
  timeout: number,
  stream: boolean,
  credit: number,
  validate: boolean,
  startBy?: number,
];
type ItemHeader = [kind: "y", call: string, ids: Ids, run: Optional<string>, control?: number];
type ResultHeader = [
  kind: "r",
  call: string,
  ids: Ids,
  run: Optional<string>,
  startedAt: number,
  executionTime: number,
  control?: number,
];
type Ids = [attempt: number, sequence: number, item: number];

/**
 * Makes one string of a message, if it is one of those that are many and small: a call, an item or a
 * result. The serializer of the channel copies a string, but walks through objects, property by
 * property, at more than the cost of everything else that is done for the call.
 *
 * The string is the header, as JSON, and the payload, one character a byte.
 */
export function packMessage(message: ToIsolate | FromIsolate): string | undefined {
  if (message.type === "call") return packCall(message.request, message.startBy);
  return message.type === "frame" ? packFrame(message.frame) : undefined;
}

function packCall(request: EncodedCall, startBy: number | undefined): string | undefined {
  const { call, attempt, functionName, args, timeout, stream, credit, validate } = request;
  // JSON has no infinity.
  if (args.byteLength > SMALL || !Number.isFinite(timeout) || request.attachments !== undefined)
    return undefined;
  const header: CallHeader = ["c", call, attempt, functionName, timeout, stream, credit, validate];
  if (startBy !== undefined) header.push(startBy);
  return JSON.stringify(header) + END + textOf(args);
}

function packFrame(frame: Frame): string | undefined {
  if (frame.type !== "yield" && frame.type !== "result") return undefined;
  const { call, value, run = 0, control, execution } = frame;
  const isPlain = execution === undefined && (frame.attachments?.length ?? 0) === 0;
  if (value.byteLength > SMALL || !isPlain) return undefined;
  const ids: Ids = [frame.attempt, frame.sequence, frame.item];
  const header: ItemHeader | ResultHeader =
    frame.type === "yield"
      ? ["y", call, ids, run]
      : ["r", call, ids, run, frame.timing.startedAt, frame.timing.executionTime];
  if (control !== undefined) header.push(control);
  return JSON.stringify(header) + END + textOf(value);
}

/**
 * What has come by the channel: the messages of a string or of several, or the message itself. What is
 * neither is handed on as it is, for whoever looks at messages to refuse.
 */
export function unpackMessages(received: unknown, take: (message: unknown) => void): void {
  if (typeof received === "string") take(unpack(received));
  else if (Array.isArray(received)) for (const each of received) take(unpack(each));
  else take(received);
}

function unpack(packed: unknown): FromIsolate | ToIsolate | undefined {
  try {
    const text = packed as string;
    const end = text.indexOf(END);
    const header = JSON.parse(text.slice(0, end)) as CallHeader | ItemHeader | ResultHeader;
    const bytes = Buffer.from(text.slice(end + 1), "latin1");
    switch (header[0]) {
      case "c":
        return { type: "call", request: unpackCall(header, bytes), startBy: header[8] };
      case "y":
        return { type: "frame", frame: unpackItem(header, bytes) };
      case "r":
        return { type: "frame", frame: unpackResult(header, bytes) };
    }
  } catch {
    // Not one of ours.
  }
  return undefined;
}

function unpackCall(header: CallHeader, args: Uint8Array): EncodedCall {
  const [, call, attempt, functionName, timeout, stream, credit, validate] = header;
  return { call, attempt, functionName, args, timeout, stream, credit, validate };
}

function unpackItem(header: ItemHeader, value: Uint8Array): YieldFrame {
  const [, call, [attempt, sequence, item], run, control] = header;
  return { type: "yield", value, call, attempt, sequence, item, ...optional(run, control) };
}

function unpackResult(header: ResultHeader, value: Uint8Array): ResultFrame {
  const [, call, [attempt, sequence, item], run, startedAt, executionTime, control] = header;
  const timing = { startedAt, executionTime };
  const base = { type: "result", value, timing, call, attempt, sequence, item } as const;
  return run === 0 && control === undefined ? base : { ...base, ...optional(run, control) };
}

function optional(run: Optional<string>, control: number | undefined) {
  return { ...(run === 0 ? {} : { run }), ...(control === undefined ? {} : { control }) };
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length <= SHORT) return String.fromCharCode(...bytes);
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}
