import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { tagNames } from "./tag-names.js";

/**
 * Milliseconds that a job is taken for alive after its client's last word: an hour. No function runs for
 * longer than a quarter of one, so a client that has been asleep for an hour has lost its calls anyway; and
 * who looks for what a killed program has left finds it on the same day.
 */
export const LEASE_TIME = 60 * 60_000;

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
