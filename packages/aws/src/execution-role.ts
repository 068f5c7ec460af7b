import type { AwsOptions } from "./aws-options.js";
import type { AwsScope } from "./infra/clients.js";
import { ensureRole, findRole, type RoleSpec } from "./infra/role.js";
import { partitionOf } from "./partition.js";
import { executionPolicy } from "./policy/execution-policy.js";
import {
  ADMINISTRATOR_ROLE,
  CACHED_ROLE,
  administratorPolicy,
  roleNameFor,
} from "./policy/role-names.js";

export type RoleOptions = Pick<
  Required<AwsOptions>,
  "RoleName" | "rolePolicy" | "policyStatements"
> &
  Pick<AwsOptions, "vpc">;

/**
 * The role with which a job's functions run: the user's own, or one that is made where it is missing. What a
 * job wants beyond what all need gets a role of its own, so that no other job has it.
 */
export function roleSpec(
  { RoleName, rolePolicy, policyStatements, vpc }: RoleOptions,
  region: string,
): RoleSpec & { readonly name: string } {
  if (RoleName !== CACHED_ROLE) return { name: RoleName };
  const partition = partitionOf(region).name;
  if (rolePolicy === "administrator")
    return { name: ADMINISTRATOR_ROLE, attachedPolicy: administratorPolicy(partition) };
  if (vpc === undefined && policyStatements.length === 0) return { name: CACHED_ROLE };
  const policy = executionPolicy({ partition, vpc: vpc !== undefined, policyStatements });
  return { name: roleNameFor(policy), policy };
}

/** Gives the ARN of a job's role; makes it where it is missing and not the user's own. */
export async function prepareRole(scope: AwsScope, options: RoleOptions): Promise<string> {
  if (options.RoleName !== CACHED_ROLE) return findRole(scope, options.RoleName);
  if (options.rolePolicy === "administrator") {
    process.emitWarning(
      `The functions of this job run with the role ${ADMINISTRATOR_ROLE}, which may do everything in the account. Prefer the option "policyStatements", with just what they need.`,
      "FaastWarning",
    );
  }
  return ensureRole(scope, roleSpec(options, scope.clients.region));
}
