import { awsRequest, hasAwsCode } from "./aws-failure.js";
import type { AwsScope } from "./clients.js";
import type { TagRecord } from "./tags.js";

/** A log group to be created. */
export interface LogGroupSpec {
  /** Its function's name. */
  readonly functionName: string;
  readonly tags?: TagRecord | undefined;
  /** Days that lines are kept: one of those that CloudWatch knows (1, 3, 5, 7, 14, 30 …). Default: 1. */
  readonly retentionDays?: number | undefined;
}

/** The log group into which Lambda writes what a function prints. */
export function logGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/**
 * Creates the log group of a function before Lambda would, so that it has an expiry and the job's
 * tags; one that is there is taken as it is. Functions with our own role write no logs without it.
 */
export async function createLogGroup(scope: AwsScope, spec: LogGroupSpec): Promise<void> {
  const { clients, signal } = scope;
  const { tags, retentionDays = 1 } = spec;
  const logGroup = logGroupName(spec.functionName);
  const logs = await clients.logs();
  try {
    await awsRequest("logs:CreateLogGroup", { signal }, (options) =>
      logs.createLogGroup({ logGroupName: logGroup, tags: { ...tags } }, options),
    );
  } catch (error) {
    if (!hasAwsCode(error, "ResourceAlreadyExistsException")) throw error;
  }
  await awsRequest("logs:PutRetentionPolicy", { signal }, (options) =>
    logs.putRetentionPolicy({ logGroupName: logGroup, retentionInDays: retentionDays }, options),
  );
}

/** Deletes the log group of a function, and what it printed; one that is gone is fine. */
export async function deleteLogGroup(
  { clients, signal }: AwsScope,
  functionName: string,
): Promise<void> {
  const logs = await clients.logs();
  try {
    await awsRequest("logs:DeleteLogGroup", { signal }, (options) =>
      logs.deleteLogGroup({ logGroupName: logGroupName(functionName) }, options),
    );
  } catch (error) {
    if (!hasAwsCode(error, "ResourceNotFoundException")) throw error;
  }
}
