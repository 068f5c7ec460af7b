import { randomUUID } from "node:crypto";
import type { BlobStore } from "@faast/core/provider";
import { createBucket, deleteBucket, getObject, putObject, deleteObject } from "./infra/bucket.js";
import type { AwsClients } from "./infra/clients.js";
import type { TagRecord } from "./infra/tags.js";

/** The job's bucket for payloads that no message can carry: made when first needed. */
export class JobBucket implements BlobStore {
  private readonly clients: AwsClients;
  private readonly name: string;
  private readonly tags: TagRecord;
  private created: Promise<void> | undefined;

  constructor(clients: AwsClients, name: string, tags: TagRecord) {
    this.clients = clients;
    this.name = name;
    this.tags = tags;
  }

  /** Deletes the bucket and all that is in it; one that is not there is fine. */
  static remove(clients: AwsClients, name: string): Promise<void> {
    return deleteBucket({ clients }, name);
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

  private ensure(): Promise<void> {
    return (this.created ??= createBucket(
      { clients: this.clients },
      { name: this.name, tags: this.tags },
    ));
  }
}
