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
  private opened: Promise<Topic> | undefined;
  private topic: Promise<Topic> | undefined;
  private arn = "";

  constructor(clients: () => AwsClients, target: () => NotifiedFunction) {
    this.clients = clients;
    this.target = target;
  }

  /** Makes the topic, for which there need be no function yet. */
  async open(): Promise<void> {
    await (this.opened ??= this.create());
  }

  /** Has the topic start the function. */
  async connect(): Promise<void> {
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
    await Promise.allSettled([this.opened, this.topic]);
    if (this.arn !== "") await deleteTopic({ clients: this.clients() }, this.arn);
  }

  private require(): Promise<Topic> {
    return (this.topic ??= this.subscribe());
  }

  private async create(): Promise<Topic> {
    const { functionName, tags } = this.target();
    const spec = { name: `${functionName}-requests`, tags };
    const topic = await createTopic({ clients: this.clients() }, spec);
    this.arn = topic.arn; // to be removed, whatever becomes of the rest
    return topic;
  }

  private async subscribe(): Promise<Topic> {
    const topic = await (this.opened ??= this.create());
    const { functionArn, functionName } = this.target();
    const target = { topicArn: topic.arn, functionName, functionArn };
    await subscribeFunction({ clients: this.clients() }, target);
    return topic;
  }
}
