import { quotas } from "./quotas.js";

/** Bytes of a message beside its payloads, at most. */
const ENVELOPE = 8192;
/** Bytes of a direct request or response beside its payload, at most. */
const DIRECT_ENVELOPE = 65_536;

/** Bytes of payload, before base64 enlarges them by a third, that a message of so many bytes may carry. */
export function inlineLimit(messageBytes: number): number {
  return Math.floor((messageBytes - ENVELOPE) * 0.75);
}

/** Bytes of payload, before base64, that a synchronous invocation and its response may carry. */
export function directInlineLimit(): number {
  return Math.floor((quotas.syncPayload.value - DIRECT_ENVELOPE) * 0.75);
}
