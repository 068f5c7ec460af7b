import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { LEASE_TIME } from "../lease-time.js";
import { tagNames } from "./tag-names.js";

/**
 * Milliseconds between two words: ten minutes. So four of them may fail in a row; and of the 15 control
 * operations that Lambda permits each second, a thousand jobs take less than two.
 */
export const RENEWAL_INTERVAL = 10 * 60_000;

/** Says that the client of a job is alive: its lease, which its function bears as a tag, begins anew. */
export async function renewJobLease(
  { clients, signal }: AwsScope,
  functionArn: string,
): Promise<void> {
  const lambda = await clients.lambda();
  const expires = new Date(Date.now() + LEASE_TIME);
  await awsRequest("lambda:TagResource", { signal }, (options) =>
    lambda.tagResource(
      { Resource: functionArn, Tags: { [tagNames.expires]: expires.toISOString() } },
      options,
    ),
  );
}
