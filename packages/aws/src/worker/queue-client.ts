import { endpointOf } from "./environment.js";
import { signedFetch } from "./signed-fetch.js";

/** A message received. */
export interface ReceivedMessage {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

/** The queue does not exist any more: its job has been cleaned up. */
export class QueueGoneError extends Error {}

/** Sends a message to a queue. */
export async function sendMessage(queueUrl: string, body: string): Promise<void> {
  await call("SendMessage", { QueueUrl: queueUrl, MessageBody: body });
}

/**
 * Receives up to ten messages, and deletes them.
 *
 * @param wait - seconds to wait for the first, at most 20.
 */
export async function takeMessages(queueUrl: string, wait: number): Promise<ReceivedMessage[]> {
  const { Messages = [] } = await call<{ Messages?: ReceivedMessage[] }>(
    "ReceiveMessage",
    { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: wait },
    wait * 1000,
  );
  if (Messages.length > 0) {
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    // What is not deleted comes again, and is passed over then.
    await call("DeleteMessageBatch", { QueueUrl: queueUrl, Entries }).catch(() => undefined);
  }
  return Messages;
}

async function call<T>(operation: string, input: object, wait = 0): Promise<T> {
  const response = await signedFetch("sqs", endpointOf("sqs"), {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${operation}`,
    },
    body: JSON.stringify(input),
    wait,
  });
  const text = await response.text();
  if (!response.ok) {
    const gone = /QueueDoesNotExist|NonExistentQueue/.test(text);
    const reason = `SQS ${operation} failed: ${response.status} ${text.slice(0, 500)}`;
    throw gone ? new QueueGoneError(reason) : new Error(reason);
  }
  return (text === "" ? {} : JSON.parse(text)) as T;
}
