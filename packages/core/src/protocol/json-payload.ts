import { WireError } from "../wire/index.js";
import type { PayloadWay } from "./frames.js";

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

/** Puts bytes into JSON; into the blob store, if they are too large. */
export async function packPayload(
  bytes: Uint8Array,
  { inlineLimit, blobs }: PayloadRoute,
): Promise<JsonPayload> {
  if (bytes.byteLength > inlineLimit) {
    return { blob: await blobs.put(bytes), bytes: bytes.byteLength };
  }
  const { buffer, byteOffset, byteLength } = bytes;
  return { base64: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

/** Takes bytes out of JSON. */
export async function unpackPayload(payload: JsonPayload, blobs: BlobStore): Promise<Uint8Array> {
  const { base64, blob } = (payload ?? {}) as { base64?: unknown; blob?: unknown };
  if (typeof blob === "string") return blobs.get(blob);
  if (typeof base64 === "string") return Buffer.from(base64, "base64");
  throw malformed("payload", "it has neither base64 nor the name of a blob");
}

/** How a payload travels. */
export function wayOf(payload: JsonPayload): PayloadWay {
  return "blob" in payload && typeof payload.blob === "string" ? "stored" : "inline";
}

/** What cannot have been put into JSON here. */
export function malformed(path: string, fault: string): WireError {
  return new WireError({ code: "WIRE_MALFORMED", path, reason: `it is malformed: ${fault}` });
}
