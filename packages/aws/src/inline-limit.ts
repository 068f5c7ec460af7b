/** Bytes of a message beside its payloads, at most. */
const ENVELOPE = 8192;

/** Bytes of payload, before base64 enlarges them by a third, that a message of so many bytes may carry. */
export function inlineLimit(messageBytes: number): number {
  return Math.floor((messageBytes - ENVELOPE) * 0.75);
}
