import type { ControlMessage, JsonControl, PayloadRoute } from "@faast/core/worker";

/** A message of a control queue. */
export interface ControlEnvelope {
  readonly faast: 1;
  readonly messages: readonly JsonControl[];
  /** The execution that they are for, once it has been heard of: a call may be delivered twice. */
  readonly run?: string;
}

/** Bytes of a control message beside its value, before base64 would enlarge them: an upper bound. */
const MESSAGE_SIZE = 300;

/** Bytes of payload that a control message would add to an envelope: its value, unless it goes apart. */
export function inlineSize(message: ControlMessage, { inlineLimit }: PayloadRoute): number {
  const bytes = "value" in message ? message.value.byteLength : 0;
  return MESSAGE_SIZE + (bytes > inlineLimit ? 0 : bytes);
}
