import { frameFault } from "./frame-check.js";
import type { ControlMessage } from "./control.js";
import type { Frame } from "./frames.js";
import {
  malformed,
  packPayload,
  unpackPayload,
  wayOf,
  type BlobStore,
  type JsonPayload,
  type PayloadRoute,
} from "./json-payload.js";
import type { EncodedCall } from "./request.js";

type Packed<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: JsonPayload };

/** A request as JSON. */
export type JsonCall = Packed<EncodedCall, "args">;

/** A control message as JSON. */
export type JsonControl = Omit<ControlMessage, "value"> & { readonly value?: JsonPayload };

/** A frame as JSON. */
export type JsonFrame = Omit<Frame, "value"> & { readonly value?: JsonPayload };

/** Puts a request into JSON; its arguments into the blob store, if they are too large. */
export async function packCall(request: EncodedCall, route: PayloadRoute): Promise<JsonCall> {
  return { ...request, args: await packPayload(request.args, route) };
}

/**
 * Takes a request out of JSON.
 *
 * @throws WireError if its arguments are no payload, and whatever the blob store throws.
 */
export async function unpackCall(call: JsonCall, blobs: BlobStore): Promise<EncodedCall> {
  const args = await unpackPayload(call.args, blobs);
  return { ...call, args, way: wayOf(call.args) };
}

/** Puts a frame into JSON; its value into the blob store, if it is too large. */
export async function packFrame(frame: Frame, route: PayloadRoute): Promise<JsonFrame> {
  if (!("value" in frame) || frame.value === undefined) return frame as JsonFrame;
  return { ...frame, value: await packPayload(frame.value, route) };
}

/**
 * Takes a frame out of JSON.
 *
 * @throws WireError if it is none, and whatever the blob store throws.
 */
export async function unpackFrame(frame: JsonFrame, blobs: BlobStore): Promise<Frame> {
  const given: unknown = frame;
  const unpacked: unknown =
    typeof given === "object" && given !== null && frame.value !== undefined
      ? { ...frame, value: await unpackPayload(frame.value, blobs), way: wayOf(frame.value) }
      : given;
  const fault = frameFault(unpacked);
  if (fault !== undefined) throw malformed("frame", fault);
  return unpacked as Frame;
}

/** Puts a control message into JSON; its value into the blob store, if it is too large. */
export async function packControl(
  message: ControlMessage,
  route: PayloadRoute,
): Promise<JsonControl> {
  if (!("value" in message)) return message;
  return { ...message, value: await packPayload(message.value, route) };
}

/** Takes a control message out of JSON. */
export async function unpackControl(
  message: JsonControl,
  blobs: BlobStore,
): Promise<ControlMessage> {
  if (message.value === undefined) return message as ControlMessage;
  return { ...message, value: await unpackPayload(message.value, blobs) } as ControlMessage;
}
