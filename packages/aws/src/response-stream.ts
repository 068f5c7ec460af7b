import { types } from "node:util";
import type { InvokeWithResponseStreamResponseEvent, Lambda } from "@aws-sdk/client-lambda";
import { AwsRequestError } from "./infra/aws-failure.js";
import type { InvocationRequest } from "./invocation/invocation-client.js";
import { failureOf, type InvocationFailure } from "./invocation/invocation-outcome.js";
import { isOurs, parsed, type LambdaResponse } from "./lambda-message.js";
import { ResponseLines } from "./response-lines.js";

/** What Lambda sends while a function runs. */
export type ResponseEvents = AsyncIterable<InvokeWithResponseStreamResponseEvent>;

/**
 * Invokes; resolves when Lambda has begun to answer.
 *
 * @throws AwsRequestError if it does not.
 */
export async function openResponse(
  client: Lambda,
  { functionName, payload, signal }: InvocationRequest,
): Promise<ResponseEvents> {
  try {
    const { EventStream } = await client.invokeWithResponseStream(
      { FunctionName: functionName, Payload: Buffer.from(payload) },
      signal === undefined ? {} : { abortSignal: signal },
    );
    if (EventStream === undefined) throw new Error("Lambda answered without a response");
    return EventStream;
  } catch (error) {
    signal?.throwIfAborted();
    if (!types.isNativeError(error)) throw error;
    throw new AwsRequestError("lambda:InvokeWithResponseStream", error);
  }
}

/**
 * Reads a response that comes in parts to its end.
 *
 * @param onMessage - given each line as it comes.
 * @returns why the execution failed, if it did.
 * @throws if the response breaks off.
 */
export async function readResponse(
  events: ResponseEvents,
  onMessage: (message: LambdaResponse) => void,
): Promise<InvocationFailure | undefined> {
  const lines = new ResponseLines();
  let failure: InvocationFailure | undefined;
  let complete = false;
  const hand = (line: string) => {
    if (line === "" || line === "null") return;
    const message = parsed(line);
    if (isOurs<LambdaResponse>(message)) onMessage(message);
    // An execution that failed before its handler could stream: where that is told as a whole response is.
    else failure ??= failureOf(line);
  };
  for await (const { PayloadChunk, InvokeComplete } of events) {
    if (PayloadChunk?.Payload !== undefined) lines.push(PayloadChunk.Payload).forEach(hand);
    if (InvokeComplete === undefined) continue;
    complete = true;
    const { ErrorCode, ErrorDetails = "" } = InvokeComplete;
    if (ErrorCode) failure = failureOf(ErrorDetails, ErrorCode);
  }
  if (!complete) throw new Error("the response of the function broke off");
  const rest = lines.end();
  // What failed in the middle of a line has not sent the rest of it.
  if (failure === undefined) hand(rest);
  return failure;
}
