import { DEFAULT_ROLE, type AwsOptions } from "../aws-options.js";
import { callerPolicy } from "../policy/caller-policy.js";
import { collectionPolicy } from "../policy/collection-policy.js";
import type { PolicyScope } from "../policy/policy-document.js";
import type { PermissionSet } from "./permission-check.js";

/** Without these, no job runs; the others are for queues, large payloads, layers and a first job. */
const essential = [
  "iam:GetRole",
  "iam:PassRole",
  "lambda:CreateFunction",
  "lambda:DeleteFunction",
  "lambda:GetFunction",
  "lambda:InvokeFunction",
  "lambda:TagResource",
  "logs:CreateLogGroup",
  "logs:DeleteLogGroup",
  "logs:PutRetentionPolicy",
  "logs:TagResource",
];

/** What policies have to permit for jobs with some options, and for the collection of leftovers. */
export function permissionSets(
  { RoleName, rolePolicy, vpc }: Pick<AwsOptions, "RoleName" | "rolePolicy" | "vpc">,
  scope: PolicyScope,
): PermissionSet[] {
  const jobs = callerPolicy({
    ...scope,
    ...(RoleName === DEFAULT_ROLE ? {} : { RoleName }),
    rolePolicy,
    vpc: vpc !== undefined,
  });
  return [
    { name: "permissions", permissions: jobs.Statement, essential },
    {
      name: "permissions for leftovers",
      permissions: collectionPolicy(scope).Statement,
      essential: [],
    },
  ];
}
