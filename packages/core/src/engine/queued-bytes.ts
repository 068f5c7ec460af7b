/** Bytes while their call waits: short ones as a string, since a small `Uint8Array` takes 200 bytes. */
export type QueuedBytes = string;

/** Bytes up to which a string takes less room. */
const SHORT = 512;

export function queued(bytes: Uint8Array): Uint8Array | QueuedBytes {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength > SHORT) return bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

export function unqueued(bytes: QueuedBytes): Uint8Array {
  return Buffer.from(bytes, "latin1");
}

export function isQueued(bytes: Uint8Array | QueuedBytes): bytes is QueuedBytes {
  return typeof bytes === "string";
}
