import type { Frame } from "./frames.js";
import type { EncodedCall } from "./request.js";

/**
 * Requests and frames for transports that carry JSON only: bytes travel in base64, or, where they are
 * too large for the transport, by claim check.
 */

/** Bytes in JSON: themselves in base64, or the name under which a `BlobStore` keeps them. */
export type JsonPayload =
  { readonly base64: string } | { readonly blob: string; readonly bytes: number };

/** Keeps what is too large for a transport. The provider owns it; each side has its own. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<string>;
  get(name: string): Promise<Uint8Array>;
}

/** How payloads are put into JSON. */
export interface PayloadRoute {
  /** Bytes of payload, before base64, that a message may carry itself. */
  readonly inlineLimit: number;
  readonly blobs: BlobStore;
}

type Packed<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: JsonPayload };

/** A request as JSON. */
export type JsonCall = Packed<EncodedCall, "args">;

/** A frame as JSON. */
export type JsonFrame = Omit<Frame, "value"> & { readonly value?: JsonPayload };

/** Puts a request into JSON; its arguments into the blob store, if they are too large. */
export async function packCall(request: EncodedCall, route: PayloadRoute): Promise<JsonCall> {
  return { ...request, args: await pack(request.args, route) };
}

/** Takes a request out of JSON. */
export async function unpackCall(call: JsonCall, blobs: BlobStore): Promise<EncodedCall> {
  return { ...call, args: await unpack(call.args, blobs) };
}

/** Puts a frame into JSON; its value into the blob store, if it is too large. */
export async function packFrame(frame: Frame, route: PayloadRoute): Promise<JsonFrame> {
  if (!("value" in frame) || frame.value === undefined) return frame as JsonFrame;
  return { ...frame, value: await pack(frame.value, route) };
}

/** Takes a frame out of JSON. */
export async function unpackFrame(frame: JsonFrame, blobs: BlobStore): Promise<Frame> {
  if (frame.value === undefined) return frame as Frame;
  return { ...frame, value: await unpack(frame.value, blobs) } as Frame;
}

async function pack(bytes: Uint8Array, { inlineLimit, blobs }: PayloadRoute): Promise<JsonPayload> {
  if (bytes.byteLength > inlineLimit) {
    return { blob: await blobs.put(bytes), bytes: bytes.byteLength };
  }
  const { buffer, byteOffset, byteLength } = bytes;
  return { base64: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

async function unpack(payload: JsonPayload, blobs: BlobStore): Promise<Uint8Array> {
  return "blob" in payload ? blobs.get(payload.blob) : Buffer.from(payload.base64, "base64");
}
