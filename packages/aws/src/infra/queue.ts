import { quotas } from "../quotas.js";
import { awsRequest, hasAwsCode } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";
import type { TagRecord } from "./tags.js";

const LARGEST_MESSAGE = quotas.queueMessage.value;
const LONGEST_POLL = quotas.longestPoll.value;
const LARGEST_BATCH = quotas.messageBatch.value;
/** Milliseconds until a created queue must be visible to every server of SQS. */
const VISIBLE_TIME = 30_000;

/** How the service says that there is none. */
export const goneCodes = [
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "QueueDeletedRecently",
];

/** A queue to be created. */
export interface QueueSpec {
  readonly name: string;
  readonly tags?: TagRecord | undefined;
  /** Seconds until a message that was received but not deleted can be received again. Default: 60. */
  readonly visibilitySeconds?: number | undefined;
  /** Seconds that a message is kept. Default: one day. */
  readonly retentionSeconds?: number | undefined;
}

/** A queue as SQS made it. */
export interface Queue {
  readonly url: string;
  readonly arn: string;
  /** Bytes of a message, with its attributes, at most: what the service says it takes. */
  readonly maximumMessageSize: number;
}

/** A message, until it is deleted or its visibility time is over. */
export interface ReceivedMessage {
  readonly body: string;
  /** What deletes it. */
  readonly receiptHandle: string;
}

/** How to wait for messages. */
export interface ReceiveOptions {
  /** Seconds to wait for the first one, at most 20. Default: 20. */
  readonly waitSeconds?: number | undefined;
  /** Messages at most, up to 10. Default: 10. */
  readonly maxMessages?: number | undefined;
}

/** Creates a queue; one of that name with the same attributes is taken as it is. */
export async function createQueue(scope: AwsScope, spec: QueueSpec): Promise<Queue> {
  const url = await requestQueue(scope, spec, LARGEST_MESSAGE).catch((error: unknown) => {
    // Where messages are smaller, the service's own limit is read back below.
    if (hasAwsCode(error, "InvalidAttributeValue")) return requestQueue(scope, spec, undefined);
    throw error;
  });
  try {
    return await describeQueue(scope, url);
  } catch (error) {
    // Nobody else knows of it.
    await deleteQueue({ clients: scope.clients }, url).catch(() => undefined);
    throw error;
  }
}

/** Deletes a queue and its messages; one that is gone is fine. */
export async function deleteQueue({ clients, signal }: AwsScope, url: string): Promise<void> {
  const sqs = await clients.sqs();
  try {
    await awsRequest("sqs:DeleteQueue", { signal }, (options) =>
      sqs.deleteQueue({ QueueUrl: url }, options),
    );
  } catch (error) {
    if (!hasAwsCode(error, ...goneCodes)) throw error;
  }
}

/** Sends a message. Its size counts in UTF-8 bytes. */
export async function sendMessage(
  { clients, signal }: AwsScope,
  url: string,
  body: string,
): Promise<void> {
  const sqs = await clients.sqs();
  await awsRequest("sqs:SendMessage", { signal }, (options) =>
    sqs.sendMessage({ QueueUrl: url, MessageBody: body }, options),
  );
}

/**
 * Waits for messages; gives none where none came in time. A message stays in the queue until it is
 * deleted: what an aborted wait had already been given comes again when its visibility time is over.
 */
export async function receiveMessages(
  { clients, signal }: AwsScope,
  url: string,
  { waitSeconds = LONGEST_POLL, maxMessages = LARGEST_BATCH }: ReceiveOptions = {},
): Promise<ReceivedMessage[]> {
  const sqs = await clients.sqs();
  const { Messages = [] } = await awsRequest("sqs:ReceiveMessage", { signal }, (options) =>
    sqs.receiveMessage(
      { QueueUrl: url, WaitTimeSeconds: waitSeconds, MaxNumberOfMessages: maxMessages },
      options,
    ),
  );
  return Messages.map(({ Body = "", ReceiptHandle = "" }) => ({
    body: Body,
    receiptHandle: ReceiptHandle,
  }));
}

/**
 * Deletes received messages, however many. One whose handle is no longer valid has been deleted or
 * will come again, and is passed over.
 */
export async function deleteMessages(
  { clients, signal }: AwsScope,
  url: string,
  receiptHandles: readonly string[],
): Promise<void> {
  const sqs = await clients.sqs();
  for (let first = 0; first < receiptHandles.length; first += LARGEST_BATCH) {
    const batch = receiptHandles.slice(first, first + LARGEST_BATCH);
    await awsRequest("sqs:DeleteMessageBatch", { signal }, (options) =>
      sqs.deleteMessageBatch(
        {
          QueueUrl: url,
          Entries: batch.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle })),
        },
        options,
      ),
    );
  }
}

async function requestQueue(
  { clients, signal }: AwsScope,
  { name, tags, visibilitySeconds = 60, retentionSeconds = 86_400 }: QueueSpec,
  messageSize: number | undefined,
): Promise<string> {
  const sqs = await clients.sqs();
  const { QueueUrl } = await awsRequest("sqs:CreateQueue", { signal }, (options) =>
    sqs.createQueue(
      {
        QueueName: name,
        Attributes: {
          VisibilityTimeout: String(visibilitySeconds),
          MessageRetentionPeriod: String(retentionSeconds),
          ...(messageSize === undefined ? {} : { MaximumMessageSize: String(messageSize) }),
        },
        tags: { ...tags },
      },
      options,
    ),
  );
  return QueueUrl ?? "";
}

async function describeQueue({ clients, signal }: AwsScope, url: string): Promise<Queue> {
  const sqs = await clients.sqs();
  const isTransient = (error: unknown) => hasAwsCode(error, ...goneCodes);
  const { Attributes } = await retryTransient({ time: VISIBLE_TIME, signal, isTransient }, () =>
    awsRequest("sqs:GetQueueAttributes", { signal }, (options) =>
      sqs.getQueueAttributes(
        { QueueUrl: url, AttributeNames: ["QueueArn", "MaximumMessageSize"] },
        options,
      ),
    ),
  );
  return {
    url,
    arn: Attributes?.QueueArn ?? "",
    maximumMessageSize: Number(Attributes?.MaximumMessageSize ?? 262_144),
  };
}
