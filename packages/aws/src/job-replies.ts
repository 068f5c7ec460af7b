import type { BlobStore } from "@faast/core/provider";
import type { AwsClients } from "./infra/clients.js";
import { deleteMessages, receiveMessages } from "./infra/queue.js";
import { inlineLimit } from "./inline-limit.js";
import type { JobQueues } from "./job-queues.js";
import { MessageDeletions } from "./message-deletions.js";
import { ReplyRouter } from "./reply-queue.js";

/** The purpose that the queue of replies is named by. */
const PURPOSE = "replies";

/** The replies of a job: their queue, and who hands them on. */
export interface Replies {
  readonly url: string;
  readonly router: ReplyRouter;
}

/** Where a job's replies come, made when first needed. */
export class JobReplies {
  private readonly clients: () => AwsClients;
  private readonly queues: JobQueues;
  private readonly blobs: () => BlobStore;
  private opened: Promise<Replies> | undefined;
  private router: ReplyRouter | undefined;
  private messageLimit = 0;

  /** @param blobs - where values are that no message can carry. */
  constructor(clients: () => AwsClients, queues: JobQueues, blobs: () => BlobStore) {
    this.clients = clients;
    this.queues = queues;
    this.blobs = blobs;
  }

  /** Bytes of payload, before base64, that a message may carry: known when it is open. */
  get inlineLimit(): number {
    return inlineLimit(this.messageLimit);
  }

  /** Gives the ARN of their queue. */
  async queueArn(): Promise<string> {
    const { arn } = await this.queues.get(PURPOSE);
    return arn;
  }

  open(): Promise<Replies> {
    return (this.opened ??= this.make().catch((error: unknown) => {
      this.opened = undefined; // the next one tries again
      throw error;
    }));
  }

  /** Ends the waiting for them. */
  async close(): Promise<void> {
    await this.router?.close();
  }

  private async make(): Promise<Replies> {
    const { url, maximumMessageSize } = await this.queues.get(PURPOSE);
    this.messageLimit = maximumMessageSize;
    const clients = this.clients();
    const deletions = new MessageDeletions((handles) => deleteMessages({ clients }, url, handles));
    const receive = async (signal: AbortSignal, waitSeconds: number) => {
      const messages = await receiveMessages({ clients, signal }, url, { waitSeconds });
      for (const { receiptHandle } of messages) deletions.add(receiptHandle);
      return messages.map(({ body }) => body);
    };
    this.router = new ReplyRouter({ receive }, this.blobs());
    return { url, router: this.router };
  }
}
