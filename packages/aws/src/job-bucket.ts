import { randomUUID } from "node:crypto";
import { FaastCancelledError, type BlobStore } from "@faast/core/provider";
import { createBucket, deleteBucket, getObject, putObject, deleteObject } from "./infra/bucket.js";
import type { AwsClients } from "./infra/clients.js";
import type { TagRecord } from "./infra/tags.js";

/** The job's bucket for payloads that no message can carry: made when first needed. */
export class JobBucket implements BlobStore {
  private readonly clients: AwsClients;
  private readonly name: string;
  private readonly tags: TagRecord;
  private created: Promise<void> | undefined;
  private removed = false;

  constructor(clients: AwsClients, name: string, tags: TagRecord) {
    this.clients = clients;
    this.name = name;
    this.tags = tags;
  }

  async put(bytes: Uint8Array): Promise<string> {
    await this.ensure();
    const key = `up/${randomUUID()}`;
    await putObject({ clients: this.clients }, { bucket: this.name, key }, bytes);
    return key;
  }

  async get(key: string): Promise<Uint8Array> {
    const place = { bucket: this.name, key };
    const bytes = await getObject({ clients: this.clients }, place);
    // It has served its purpose; what is missed here goes with the bucket, or by its expiry.
    void deleteObject({ clients: this.clients }, place).catch(() => undefined);
    // Where the function has made the bucket, it has neither tags nor an expiry yet.
    await this.ensure();
    return bytes;
  }

  /** Deletes the bucket and all that is in it, whoever has made it; one that is not there is fine. */
  async remove(): Promise<void> {
    this.removed = true;
    await this.created?.catch(() => undefined);
    await deleteBucket({ clients: this.clients }, this.name);
  }

  private ensure(): Promise<void> {
    // What is still under way when the job ends must not make it anew.
    if (this.removed) return Promise.reject(new FaastCancelledError("the job has been cleaned up"));
    return (this.created ??= this.create());
  }

  private async create(): Promise<void> {
    try {
      await createBucket({ clients: this.clients }, { name: this.name, tags: this.tags });
    } catch (error) {
      this.created = undefined; // the next one tries again
      throw error;
    }
  }
}
