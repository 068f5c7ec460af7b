import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { tagNames } from "./tag-names.js";

/**
 * Milliseconds that a job is taken for alive after its client's last word: a day. A laptop may sleep over
 * night, or be without a network, and its job is still there; and a day of what a dead job leaves behind
 * costs next to nothing, since no function runs longer than a quarter of an hour.
 */
export const LEASE_TIME = 24 * 60 * 60_000;

/**
 * Milliseconds between two words: an hour. So 23 of them may fail in a row; and of the 15 control operations
 * that Lambda permits each second, a thousand jobs take less than a third of one.
 */
export const RENEWAL_INTERVAL = 60 * 60_000;

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
