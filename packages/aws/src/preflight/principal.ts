import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { arnName, parseArn } from "../leftovers/arn.js";

/**
 * The ARN of the identity whose policies decide what a caller may do; undefined where that is the account
 * itself, or nobody whose policies can be looked at.
 */
export async function principalOf(
  { clients, signal }: AwsScope,
  callerArn: string,
): Promise<string | undefined> {
  const { partition, account, resource } = parseArn(callerArn);
  if (resource.startsWith("user/") || resource.startsWith("role/")) return callerArn;
  const [kind, RoleName = ""] = resource.split("/");
  if (kind !== "assumed-role") return undefined;
  const iam = await clients.iam();
  try {
    // Roles have paths, which the ARN of a session does not have.
    const { Role } = await awsRequest("iam:GetRole", { signal }, (options) =>
      iam.getRole({ RoleName }, options),
    );
    if (Role?.Arn !== undefined && arnName(Role.Arn) === RoleName) return Role.Arn;
  } catch {
    signal?.throwIfAborted();
  }
  return `arn:${partition}:iam::${account}:role/${RoleName}`;
}
