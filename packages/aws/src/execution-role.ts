import type { AwsOptions } from "./aws-options.js";
import type { AwsScope } from "./infra/clients.js";
import { ensureRole, findRole } from "./infra/role.js";
import { partitionOf } from "./partition.js";
import { executionPolicy } from "./policy/execution-policy.js";
import {
  ADMINISTRATOR_ROLE,
  CACHED_ROLE,
  administratorPolicy,
  roleNameFor,
} from "./policy/role-names.js";

type RoleOptions = Pick<Required<AwsOptions>, "RoleName" | "rolePolicy" | "policyStatements"> &
  Pick<AwsOptions, "vpc">;

/**
 * Gives the ARN of the role with which a job's functions run: the user's own; or one that is made where it
 * is missing. What a job wants beyond what all need gets a role of its own, so that no other job has it.
 */
export async function prepareRole(scope: AwsScope, options: RoleOptions): Promise<string> {
  const { RoleName, rolePolicy, policyStatements } = options;
  if (RoleName !== CACHED_ROLE) return findRole(scope, RoleName);
  const partition = partitionOf(scope.clients.region).name;
  if (rolePolicy === "administrator") {
    process.emitWarning(
      `The functions of this job run with the role ${ADMINISTRATOR_ROLE}, which may do everything in the account. Prefer the option "policyStatements", with just what they need.`,
      "FaastWarning",
    );
    const attachedPolicy = administratorPolicy(partition);
    return ensureRole(scope, { name: ADMINISTRATOR_ROLE, attachedPolicy });
  }
  const vpc = options.vpc !== undefined;
  if (!vpc && policyStatements.length === 0) return ensureRole(scope);
  const policy = executionPolicy({ partition, vpc, policyStatements });
  return ensureRole(scope, { name: roleNameFor(policy), policy });
}
