import { quotas } from "../quotas.js";
import { awsRequest, hasAwsCode } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";
import { tagList, type TagRecord } from "./tags.js";

/** Bytes of a message that SNS takes from anyone. */
export const USUAL_MESSAGE = quotas.usualNotification.value;
/** Milliseconds until a created function must be visible to who subscribes it. */
const VISIBLE_TIME = 30_000;

const invalidCodes = ["InvalidParameter", "InvalidParameterException"];
/** How the service says that there is none. */
export const goneCodes = ["NotFound", "NotFoundException"];

/** A topic to be created. */
export interface TopicSpec {
  readonly name: string;
  readonly tags?: TagRecord | undefined;
}

/** A topic as SNS made it. */
export interface Topic {
  readonly arn: string;
  /** Bytes of a message, at most: what the service says it takes. */
  readonly maximumMessageSize: number;
}

/** A function that a topic is to start. */
export interface TopicFunction {
  readonly topicArn: string;
  readonly functionName: string;
  readonly functionArn: string;
}

/** Creates a topic; one of that name is taken as it is. */
export async function createTopic(scope: AwsScope, spec: TopicSpec): Promise<Topic> {
  const arn = await requestTopic(scope, spec, quotas.largestNotification.value).catch(
    (error: unknown) => {
      // Large messages are not to be had everywhere; the limit is read back below.
      if (hasAwsCode(error, ...invalidCodes)) return requestTopic(scope, spec, undefined);
      throw error;
    },
  );
  const { clients, signal } = scope;
  const sns = await clients.sns();
  const { Attributes } = await awsRequest("sns:GetTopicAttributes", { signal }, (options) =>
    sns.getTopicAttributes({ TopicArn: arn }, options),
  ).catch(async (error: unknown) => {
    // Nobody else knows of it.
    await deleteTopic({ clients }, arn).catch(() => undefined);
    throw error;
  });
  return { arn, maximumMessageSize: Number(Attributes?.MaximumMessageSize ?? USUAL_MESSAGE) };
}

/** Deletes a topic and its subscriptions; one that is gone is fine. */
export async function deleteTopic({ clients, signal }: AwsScope, arn: string): Promise<void> {
  const sns = await clients.sns();
  await unlessGone(
    awsRequest("sns:DeleteTopic", { signal }, (options) =>
      sns.deleteTopic({ TopicArn: arn }, options),
    ),
  );
}

/**
 * Lets a topic start a function, and has it do so for each message. Gives the ARN of the subscription.
 */
export async function subscribeFunction(scope: AwsScope, target: TopicFunction): Promise<string> {
  const { clients, signal } = scope;
  const { topicArn, functionArn } = target;
  await permitTopic(scope, target);
  const sns = await clients.sns();
  const { SubscriptionArn } = await awsRequest("sns:Subscribe", { signal }, (options) =>
    sns.subscribe(
      {
        TopicArn: topicArn,
        Protocol: "lambda",
        Endpoint: functionArn,
        ReturnSubscriptionArn: true,
      },
      options,
    ),
  );
  return SubscriptionArn ?? "";
}

/** Publishes a message. Its size counts in UTF-8 bytes. */
export async function publishMessage(
  { clients, signal }: AwsScope,
  topicArn: string,
  message: string,
): Promise<void> {
  const sns = await clients.sns();
  await awsRequest("sns:Publish", { signal }, (options) =>
    sns.publish({ TopicArn: topicArn, Message: message }, options),
  );
}

/** Whether a message was refused for its size, whatever the topic had said of its limit. */
export function isMessageTooLong(error: unknown): boolean {
  return hasAwsCode(error, ...invalidCodes) && /too long|too large|size/i.test(error.message);
}

async function requestTopic(
  { clients, signal }: AwsScope,
  { name, tags = {} }: TopicSpec,
  messageSize: number | undefined,
): Promise<string> {
  const sns = await clients.sns();
  const { TopicArn } = await awsRequest("sns:CreateTopic", { signal }, (options) =>
    sns.createTopic(
      {
        Name: name,
        Attributes: messageSize === undefined ? {} : { MaximumMessageSize: String(messageSize) },
        Tags: tagList(tags),
      },
      options,
    ),
  );
  return TopicArn ?? "";
}

/** The function's own policy names the topic; it is deleted with the function. */
async function permitTopic(
  { clients, signal }: AwsScope,
  { topicArn, functionName }: TopicFunction,
): Promise<void> {
  const lambda = await clients.lambda();
  const isTransient = (error: unknown) => hasAwsCode(error, "ResourceNotFoundException");
  try {
    await retryTransient({ time: VISIBLE_TIME, signal, isTransient }, () =>
      awsRequest("lambda:AddPermission", { signal }, (options) =>
        lambda.addPermission(
          {
            FunctionName: functionName,
            StatementId: `${functionName}-Invoke`,
            Action: "lambda:InvokeFunction",
            Principal: "sns.amazonaws.com",
            SourceArn: topicArn,
          },
          options,
        ),
      ),
    );
  } catch (error) {
    // The statement is there already.
    if (!hasAwsCode(error, "ResourceConflictException")) throw error;
  }
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!hasAwsCode(error, ...goneCodes)) throw error;
  }
}
