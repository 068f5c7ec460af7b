import type { LambdaResponse } from "../lambda-message.js";
import type { DeliverMessage } from "./reply-sender.js";
import type { ResponseBody } from "./response-body.js";

/** Says that this response is a stream, before anything else does. */
const begun: LambdaResponse = { faast: 1, frames: [], streaming: true };

/** The response has had its share. */
const continued: LambdaResponse = { faast: 1, frames: [], restByQueue: true };

/**
 * Sends messages as lines of the response, and those for which it has no room any more by the queue.
 *
 * @param byQueue - sends one to the queue of replies.
 */
export function streamedReplies(body: ResponseBody, byQueue: DeliverMessage): DeliverMessage {
  let full = false;
  // At once: the caller does not wait for the queue any more. A failure is that of the next line, too.
  body.write(JSON.stringify(begun)).catch(() => undefined);
  return async (message) => {
    if (!full && body.takes(message)) return body.write(message);
    if (!full) await body.write(JSON.stringify(continued));
    full = true;
    await byQueue(message);
  };
}
