import { randomUUID } from "node:crypto";
import type { BlobStore } from "@faast/core/worker";
import { LEASE_TIME } from "../lease-time.js";
import { endpointOf, lambdaEnvironment } from "./environment.js";
import { signedFetch } from "./signed-fetch.js";

/**
 * Milliseconds that an object may take, beyond those of any request: a function with little memory has little
 * of the network, too. Whatever is left of the function's own time bounds it before.
 */
const OBJECT_TIME = 570_000;

/** The job's bucket, seen from the function. It has the function's name, and is made when first needed. */
export class BucketClient implements BlobStore {
  private readonly bucket: string;
  private readonly url: string;

  constructor(bucket: string) {
    this.bucket = bucket;
    // Path style: the same for AWS and for endpoints without a wildcard name.
    this.url = `${endpointOf("s3")}/${bucket}`;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const name = `down/${randomUUID()}`;
    let response = await this.request("PUT", name, bytes);
    if (response.status === 404) {
      await this.create();
      response = await this.request("PUT", name, bytes);
    }
    await requireOk(response, "PutObject");
    return name;
  }

  async get(name: string): Promise<Uint8Array> {
    const response = await this.request("GET", name);
    if (!response.ok) await requireOk(response, "GetObject");
    return new Uint8Array(await response.arrayBuffer());
  }

  /** With the tags of whatever a job makes, lest it be nobody's if the job's client has been killed. */
  private async create(): Promise<void> {
    const make = (body: string) => signedFetch("s3", this.url, { method: "PUT", body });
    let response = await make(configuration(tagsXml(this.bucket)));
    // A role of the user's own may not permit tags.
    if (response.status === 403) response = await make(configuration(""));
    // Made by another at the same time, for the same job.
    if (response.status !== 409) await requireOk(response, "CreateBucket");
  }

  private request(method: string, name: string, body?: Uint8Array): Promise<Response> {
    return signedFetch("s3", `${this.url}/${name}`, {
      method,
      wait: OBJECT_TIME,
      ...(body === undefined ? {} : { body: body as RequestInit["body"] & {} }),
    });
  }
}

/** What a bucket is to be like; nothing is said of what is usual. */
function configuration(tags: string): string {
  const { region } = lambdaEnvironment;
  const place = region === "us-east-1" ? "" : `<LocationConstraint>${region}</LocationConstraint>`;
  return place + tags === ""
    ? ""
    : `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${place}${tags}</CreateBucketConfiguration>`;
}

/** The tags that tell a collector whose it is; the client adds who the owner is, if it comes to that. */
function tagsXml(bucket: string): string {
  const now = Date.now();
  const tags = [
    ["faast:job", bucket.replace(/^faast-/, "")],
    ["faast:created", new Date(now).toISOString()],
    ["faast:expires", new Date(now + LEASE_TIME).toISOString()],
  ];
  const xml = tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`);
  return `<Tags>${xml.join("")}</Tags>`;
}

async function requireOk(response: Response, operation: string): Promise<void> {
  const text = await response.text();
  if (!response.ok)
    throw new Error(`S3 ${operation} failed: ${response.status} ${text.slice(0, 500)}`);
}
