import type { CallerIdentity } from "../infra/caller-identity.js";
import type { AwsClients } from "../infra/clients.js";
import { parseArn } from "./arn.js";
import { RequestPace } from "./request-pace.js";

/** A region of an account, in which leftovers are looked for. */
export class Place {
  readonly account: string;
  readonly clients: AwsClients;
  readonly region: string;
  readonly partition: string;
  readonly paces: ReturnType<typeof readPaces>;

  /** @param haste - by how much more often than with AWS itself something may be asked. */
  constructor(clients: AwsClients, caller: CallerIdentity, haste = 1) {
    this.paces = readPaces(haste);
    this.clients = clients;
    this.account = caller.account;
    this.region = clients.region;
    this.partition = parseArn(caller.arn).partition;
  }

  /** The ARN of something in this place. */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }
}

/** A place, and how it is to be listed. */
export interface Listing {
  readonly place: Place;
  readonly signal: AbortSignal;
  /** Sizes and costs are wanted, too. */
  readonly details: boolean;
  /** The ARNs of the roles that functions have which are not ours, as far as they have been listed. */
  readonly rolesOfOthers: Set<string>;
}

/**
 * Requests each second, for the reading of tags one by one. They are a part of what an account may ask, so
 * that jobs beside a collection are not slowed down:
 * - Lambda: 100 for GetFunction; all other control operations together have 15
 *   (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html);
 * - CloudWatch Logs and SNS: about 10 for listing operations
 *   (https://docs.aws.amazon.com/general/latest/gr/sns.html), where a throttled request is tried again;
 * - IAM: its quotas are not published, and it serves all regions from one place;
 * - SQS and S3 take more than is useful.
 */
function readPaces(haste: number) {
  return {
    functions: new RequestPace(20 * haste),
    iam: new RequestPace(8 * haste),
    control: new RequestPace(5 * haste),
    logs: new RequestPace(8 * haste),
    sns: new RequestPace(8 * haste),
    sqs: new RequestPace(20 * haste),
    s3: new RequestPace(20 * haste),
  };
}
