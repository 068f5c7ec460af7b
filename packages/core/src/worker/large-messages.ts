import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import type { Wakefulness } from "./wakefulness.js";

/** Bytes from which a message is announced: more than a channel takes at once. */
const LARGE = 131_072;
/** Bytes that travel in a millisecond, at least. */
const PACE = 400_000;
/** Milliseconds for which a side stays awake for a message, at most. */
const LONGEST = 20;
/** What an announcement begins with. */
const MARK = "w";

/**
 * A large message goes through a channel by small pieces, and the two sides would fall asleep and be woken for each.
 * So it is announced, and both stay awake for about as long as it takes.
 *
 * @returns what is to be sent before the message, if it is large.
 */
export function announcementOf(
  message: ToIsolate | FromIsolate,
  wakefulness: Wakefulness | undefined,
): string | undefined {
  const bytes = wakefulness === undefined ? 0 : sizeOf(message);
  if (bytes < LARGE) return undefined;
  wakefulness?.extend(timeFor(bytes));
  return `${MARK}${bytes}`;
}

/** Whether what has come by the channel is an announcement; if so, heeds it. */
export function isAnnouncement(received: unknown, wakefulness: Wakefulness | undefined): boolean {
  if (typeof received !== "string" || !received.startsWith(MARK)) return false;
  const bytes = Number(received.slice(MARK.length));
  if (bytes > 0) wakefulness?.extend(timeFor(bytes));
  return true;
}

function timeFor(bytes: number): number {
  return Math.min(LONGEST, bytes / PACE);
}

function sizeOf(message: ToIsolate | FromIsolate): number {
  if (message.type === "call") return message.request.args.byteLength;
  if (message.type !== "frame" || !("value" in message.frame)) return 0;
  return message.frame.value?.byteLength ?? 0;
}
