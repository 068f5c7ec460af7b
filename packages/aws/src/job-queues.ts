import type { AwsClients } from "./infra/clients.js";
import { createQueue, deleteQueue, type Queue } from "./infra/queue.js";
import type { TagRecord } from "./infra/tags.js";

/** The queues of a job, by purpose: each is made when first needed. */
export class JobQueues {
  private readonly clients: () => AwsClients;
  private readonly jobName: string;
  private readonly tags: TagRecord;
  private readonly queues = new Map<string, Promise<Queue>>();

  constructor(clients: () => AwsClients, jobName: string, tags: TagRecord) {
    this.clients = clients;
    this.jobName = jobName;
    this.tags = tags;
  }

  get(purpose: string): Promise<Queue> {
    let queue = this.queues.get(purpose);
    if (queue === undefined) {
      const name = `${this.jobName}-${purpose}`;
      queue = createQueue({ clients: this.clients() }, { name, tags: this.tags });
      this.queues.set(purpose, queue);
      queue.catch(() => this.queues.delete(purpose)); // the next one tries again
    }
    return queue;
  }

  async remove(purpose: string): Promise<void> {
    const queue = await this.queues.get(purpose);
    if (queue === undefined) return;
    await deleteQueue({ clients: this.clients() }, queue.url);
    this.queues.delete(purpose);
  }

  /** Removes every queue that there is; rejects with the first failure, when all have been tried. */
  async removeAll(): Promise<void> {
    const queues = await Promise.allSettled(this.queues.values());
    const removals = await Promise.allSettled(
      queues
        .filter((each) => each.status === "fulfilled")
        .map(({ value }) => deleteQueue({ clients: this.clients() }, value.url)),
    );
    const failed = removals.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}
