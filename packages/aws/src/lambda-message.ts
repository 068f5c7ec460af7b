import type { JsonCall, JsonFrame } from "@faast/core/worker";

/** What a function is invoked with, directly or by a notification. */
export interface LambdaEvent {
  readonly faast: 1;
  readonly call: JsonCall;
  /** Bytes of payload that the response, or a message, may carry itself. */
  readonly inlineLimit: number;
  /** URL of the queue that takes the frames; absent: they are the response. */
  readonly replyQueue?: string;
  /** URL of the queue that control messages come by, for a stream. */
  readonly controlQueue?: string;
  /** The caller reads the response while it is made: frames go there, as long as it has room for them. */
  readonly streamResponse?: boolean;
}

/** What a direct invocation answers; and each line of an answer that is a stream. */
export interface LambdaResponse {
  readonly faast: 1;
  /** Frames that did not go by the reply queue. */
  readonly frames: readonly JsonFrame[];
  /**
   * The function returned an iterator, and the event named no queues for a stream: nothing of it has
   * been taken. The call is to be made again, as a stream.
   */
  readonly needsStream?: boolean;
  /** The first line of a stream: frames come by it, and not by the reply queue. */
  readonly streaming?: boolean;
  /** From now on, frames come by the reply queue. */
  readonly restByQueue?: boolean;
}

/** A message of the reply queue. */
export interface ReplyMessage {
  readonly faast: 1;
  readonly frames: readonly JsonFrame[];
  /** The same as in a response, of this attempt. */
  readonly needsStream?: { readonly call: string; readonly attempt: number };
}

/** Recognises our own messages among whatever else a queue may hold. */
export function isOurs<T extends { readonly faast: 1 }>(value: unknown): value is T {
  return typeof value === "object" && value !== null && (value as { faast?: unknown }).faast === 1;
}

/** Our events in what Lambda gives a function: one, if it is invoked directly; several notifications may come together. */
export function eventsOf(payload: unknown): LambdaEvent[] {
  if (isOurs<LambdaEvent>(payload)) return [payload];
  const { Records } = (payload ?? {}) as { Records?: { Sns?: { Message?: string } }[] };
  if (!Array.isArray(Records)) return [];
  return Records.map(({ Sns }) => parsed(Sns?.Message ?? "")).filter((each) =>
    isOurs<LambdaEvent>(each),
  );
}

/** Undefined for what is no message of anyone's. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
