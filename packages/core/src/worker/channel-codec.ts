import type { Frame, ResultFrame, YieldFrame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import { RUN, unpackRun } from "./item-run.js";
import { bytesOf, END, GAP, isField, SMALL, textOf } from "./packed-text.js";

/**
 * Makes one string of a message, if it is one of those that are many and small: a call, an item or a
 * result. The serializer of the channel copies a string, but walks through objects, property by
 * property, at more than the cost of everything else that is done for the call.
 *
 * The string is the header, its fields in order, and the payload, one character a byte.
 */
export function packMessage(message: ToIsolate | FromIsolate): string | undefined {
  if (message.type === "call") return packCall(message.request, message.startBy);
  return message.type === "frame" ? packFrame(message.frame) : undefined;
}

function packCall(request: EncodedCall, startBy: number | undefined): string | undefined {
  const { call, attempt, functionName, args, timeout, stream, credit, validate } = request;
  if (args.byteLength > SMALL || request.attachments !== undefined) return undefined;
  if (!isField(call) || functionName.includes(END)) return undefined;
  const flags = (stream ? 1 : 0) + (validate ? 2 : 0);
  return `c${call} ${attempt} ${timeout} ${flags} ${credit} ${startBy ?? ""} ${functionName}\n${textOf(args)}`;
}

function packFrame(frame: Frame): string | undefined {
  if (frame.type !== "yield" && frame.type !== "result") return undefined;
  const { call, value, run = "", execution, control = "" } = frame;
  const isPlain = execution === undefined && (frame.attachments?.length ?? 0) === 0;
  if (value.byteLength > SMALL || !isPlain || !isField(call) || !isField(run)) return undefined;
  const ids = `${call} ${frame.attempt} ${frame.sequence} ${frame.item} ${run} ${control}`;
  if (frame.type === "yield") return `y${ids}\n${textOf(value)}`;
  const { startedAt, executionTime } = frame.timing;
  return `r${ids} ${startedAt} ${executionTime}\n${textOf(value)}`;
}

/**
 * What has come by the channel: the messages of a string or of several, or the message itself. What is
 * neither is handed on as it is, for whoever looks at messages to refuse.
 */
export function unpackMessages(received: unknown, take: (message: unknown) => void): void {
  if (typeof received === "string") unpackEach(received, take);
  else if (Array.isArray(received)) for (const each of received) unpackEach(each, take);
  else take(received);
}

function unpackEach(packed: unknown, take: (message: unknown) => void): void {
  if (typeof packed !== "string" || packed.charAt(0) !== RUN) return take(unpack(packed));
  unpackRun(packed, (frame) => take(frame === undefined ? undefined : { type: "frame", frame }));
}

/** Undefined: it is not one of ours. What its fields are has yet to be looked at. */
function unpack(packed: unknown): FromIsolate | ToIsolate | undefined {
  if (typeof packed !== "string") return undefined;
  const end = packed.indexOf(END);
  const fields = packed.slice(1, end).split(GAP);
  const bytes = bytesOf(packed.slice(end + 1));
  switch (packed.charAt(0)) {
    case "c":
      return unpackCall(fields, bytes);
    case "y":
      return { type: "frame", frame: unpackItem(fields, bytes) };
    case "r":
      return { type: "frame", frame: unpackResult(fields, bytes) };
    default:
      return undefined;
  }
}

function unpackCall(fields: string[], args: Uint8Array): ToIsolate {
  const [call = "", attempt, timeout, flags, credit, startBy, ...name] = fields;
  const request: EncodedCall = {
    call,
    attempt: Number(attempt),
    functionName: name.join(GAP),
    args,
    timeout: Number(timeout),
    stream: (Number(flags) & 1) !== 0,
    credit: Number(credit),
    validate: (Number(flags) & 2) !== 0,
  };
  return { type: "call", request, startBy: optional(startBy) };
}

function unpackItem(fields: string[], value: Uint8Array): YieldFrame {
  const { call, attempt, sequence, item } = idsOf(fields);
  return withOptional({ type: "yield", value, call, attempt, sequence, item }, fields);
}

function unpackResult(fields: string[], value: Uint8Array): ResultFrame {
  const { call, attempt, sequence, item } = idsOf(fields);
  const timing = { startedAt: Number(fields[6]), executionTime: Number(fields[7]) };
  return withOptional({ type: "result", value, timing, call, attempt, sequence, item }, fields);
}

function idsOf([call = "", attempt, sequence, item]: string[]) {
  return { call, attempt: Number(attempt), sequence: Number(sequence), item: Number(item) };
}

/** Adds what most frames do not have. */
function withOptional<F extends YieldFrame | ResultFrame>(frame: F, fields: string[]): F {
  const [, , , , run = "", control = ""] = fields;
  const mutable = frame as { run?: string; control?: number };
  if (run !== "") mutable.run = run;
  if (control !== "") mutable.control = Number(control);
  return frame;
}

function optional(field: string | undefined): number | undefined {
  return field === "" ? undefined : Number(field);
}
