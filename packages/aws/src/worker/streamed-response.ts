import type { Writable } from "node:stream";
import type { Answer, Handler, LambdaContext } from "./handler.js";
import { ResponseBody } from "./response-body.js";

/** A handler of a function that streams its response, as Lambda calls it. */
export type StreamingHandler = (
  event: unknown,
  stream: Writable,
  context: LambdaContext,
) => Promise<void>;

/** What Lambda's own Node runtimes have, and emulators of them may not. */
interface LambdaGlobal {
  readonly awslambda?: {
    readonly streamifyResponse?: (handler: StreamingHandler) => StreamingHandler;
  };
}

/**
 * A handler whose response is streamed, where the runtime can do that; the plain one elsewhere. Who invokes
 * it without wanting a stream gets all of the response at once, which is then what the plain one returns.
 */
export function streamedHandler(answer: Answer): Handler | StreamingHandler {
  const { awslambda } = globalThis as LambdaGlobal;
  const plain: Handler = (event, context) => answer(event, context);
  if (typeof awslambda?.streamifyResponse !== "function") return plain;
  const streaming: StreamingHandler = async (event, stream, context) => {
    const body = new ResponseBody(stream);
    await body.end((await answer(event, context, body)) ?? null);
  };
  return awslambda.streamifyResponse(streaming);
}
