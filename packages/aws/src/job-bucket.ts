import { randomUUID } from "node:crypto";
import { FaastCancelledError, type BlobStore } from "@faast/core/provider";
import {
  createBucket,
  deleteBucket,
  deleteObject,
  getObject,
  putObject,
  type ObjectPlace,
} from "./infra/bucket.js";
import { isRefusal } from "./infra/aws-failure.js";
import type { AwsClients, AwsScope } from "./infra/clients.js";
import type { TagRecord } from "./infra/tags.js";

/** The archive of the function. */
const CODE_KEY = "code/function.zip";

/** The job's bucket for payloads that no message can carry: made when first needed. */
export class JobBucket implements BlobStore {
  readonly name: string;
  private readonly clients: AwsClients;
  private readonly tags: TagRecord;
  private created: Promise<void> | undefined;
  private hasBegun = false;
  private removed = false;
  /** Fires when nobody wants what is under way any more. */
  private readonly ending = new AbortController();

  constructor(clients: AwsClients, name: string, tags: TagRecord) {
    this.clients = clients;
    this.name = name;
    this.tags = tags;
  }

  async put(bytes: Uint8Array): Promise<string> {
    await this.ensure();
    const key = `up/${randomUUID()}`;
    await putObject(this.scope, { bucket: this.name, key }, bytes);
    return key;
  }

  /** Whether the caller's side has tried to make it; the function may have, all the same. */
  get begun(): boolean {
    return this.hasBegun;
  }

  /** Gives up whatever is under way, however large it is. */
  giveUp(reason: Error): void {
    this.ending.abort(reason);
  }

  /** Stores the code of the function, for Lambda to fetch. */
  async putCode(zip: Uint8Array, signal: AbortSignal): Promise<ObjectPlace> {
    await this.ensure();
    const place = { bucket: this.name, key: CODE_KEY };
    await putObject({ clients: this.clients, signal }, place, zip);
    return place;
  }

  /** Lambda has a copy of its own by now. What is missed here goes with the bucket, or by its expiry. */
  async removeCode(): Promise<void> {
    const place = { bucket: this.name, key: CODE_KEY };
    await deleteObject({ clients: this.clients }, place).catch(() => undefined);
  }

  async get(key: string): Promise<Uint8Array> {
    const place = { bucket: this.name, key };
    const bytes = await getObject(this.scope, place);
    this.discard(key); // it has served its purpose
    // Where the function has made the bucket, it may have neither tags nor an expiry yet. What is here is not
    // to wait for that, nor to be lost by it.
    this.ensure().catch(() => undefined);
    return bytes;
  }

  /** Deletes an object, some time; what is missed here goes with the bucket, or by its expiry. */
  discard(key: string): void {
    if (this.removed) return;
    deleteObject(this.scope, { bucket: this.name, key }).catch(() => undefined);
  }

  /** Deletes the bucket and all that is in it, whoever has made it; one that is not there is fine. */
  async remove(): Promise<void> {
    this.removed = true;
    await this.created?.catch(() => undefined);
    await deleteBucket({ clients: this.clients }, this.name);
  }

  /** Makes the bucket, if it has not been made. */
  ensure(): Promise<void> {
    // What is still under way when the job ends must not make it anew.
    if (this.removed) return Promise.reject(new FaastCancelledError("the job has been cleaned up"));
    return (this.created ??= this.create());
  }

  private get scope(): AwsScope {
    return { clients: this.clients, signal: this.ending.signal };
  }

  private async create(): Promise<void> {
    const wasBegun = this.hasBegun;
    this.hasBegun = true;
    try {
      // Not given up: it would be open whether there is something to remove.
      await createBucket({ clients: this.clients }, { name: this.name, tags: this.tags });
    } catch (error) {
      this.created = undefined; // the next one tries again
      if (isRefusal(error, "s3:CreateBucket")) this.hasBegun = wasBegun;
      throw error;
    }
  }
}
