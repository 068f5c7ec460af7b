import type { AwsClients } from "./infra/clients.js";
import type { TagRecord } from "./infra/tags.js";
import {
  createTopic,
  deleteTopic,
  isMessageTooLong,
  publishMessage,
  subscribeFunction,
  USUAL_MESSAGE,
  type Topic,
} from "./infra/topic.js";
import { inlineLimit } from "./inline-limit.js";

/** What is to be started by notifications. */
export interface NotifiedFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly tags: TagRecord;
}

/** The topic whose notifications start the function, made when first needed. */
export class RequestTopic {
  private readonly clients: () => AwsClients;
  private readonly target: () => NotifiedFunction;
  private topic: Promise<Topic> | undefined;
  private arn = "";

  constructor(clients: () => AwsClients, target: () => NotifiedFunction) {
    this.clients = clients;
    this.target = target;
  }

  async prepare(): Promise<void> {
    await this.require();
  }

  /** @param payloadOf - the payload, given the bytes before base64 that may go in it. */
  async publish(
    payloadOf: (inlineLimit: number) => Promise<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const topic = await this.require();
    const payload = await payloadOf(inlineLimit(topic.maximumMessageSize));
    try {
      await publishMessage({ clients: this.clients(), signal }, topic.arn, payload);
    } catch (error) {
      if (!isMessageTooLong(error) || topic.maximumMessageSize <= USUAL_MESSAGE) throw error;
      // It has the attribute that asks for more, but does not keep to it.
      this.topic = Promise.resolve({ ...topic, maximumMessageSize: USUAL_MESSAGE });
      await this.publish(payloadOf, signal);
    }
  }

  /** Removes what there is of it. */
  async remove(): Promise<void> {
    await this.topic?.catch(() => undefined);
    if (this.arn !== "") await deleteTopic({ clients: this.clients() }, this.arn);
  }

  private require(): Promise<Topic> {
    return (this.topic ??= this.create());
  }

  private async create(): Promise<Topic> {
    const scope = { clients: this.clients() };
    const { functionArn, functionName, tags } = this.target();
    const topic = await createTopic(scope, { name: `${functionName}-requests`, tags });
    this.arn = topic.arn; // to be removed, whatever becomes of the rest
    await subscribeFunction(scope, { topicArn: topic.arn, functionName, functionArn });
    return topic;
  }
}
