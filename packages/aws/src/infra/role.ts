import { FaastCreateFunctionError } from "@faast/core/provider";
import { partitionOf } from "../partition.js";
import { executionPolicy, trustPolicy } from "../policy/execution-policy.js";
import type { PolicyDocument } from "../policy/policy-document.js";
import { CACHED_ROLE } from "../policy/role-names.js";
import { awsRequest, hasAwsCode, isAccessDenied } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";
import { cacheTags, tagList } from "./tags.js";

const POLICY_NAME = "faast-functions";

/** Milliseconds until a role that another process has just made must be visible here. */
const VISIBLE_TIME = 30_000;

/** A role to be made where it is missing. */
export interface RoleSpec {
  /** Default: that of the role for all jobs without wishes of their own. */
  readonly name?: string | undefined;
  /** What is permitted with it. Default: just what functions need. */
  readonly policy?: PolicyDocument | undefined;
  /** The ARN of a policy of AWS's, or of the account's, that the role is to have beside it. */
  readonly attachedPolicy?: string | undefined;
}

/**
 * Gives the ARN of a role for functions; makes it where it is missing. Any number of processes may do so
 * at once.
 *
 * @throws {@link AwsRequestError} where IAM refuses.
 */
export async function ensureRole(scope: AwsScope, spec: RoleSpec = {}): Promise<string> {
  const { name = CACHED_ROLE, attachedPolicy } = spec;
  const policy =
    spec.policy ?? executionPolicy({ partition: partitionOf(scope.clients.region).name });
  const found = await getRole(scope, name);
  if (found !== undefined) {
    const [hasOwn, hasAttached] = await Promise.all([
      hasPolicy(scope, name, policy),
      attachedPolicy === undefined || hasAttachedPolicy(scope, name, attachedPolicy),
    ]);
    if (!hasOwn) await putPolicy(scope, name, policy);
    if (!hasAttached) await attachPolicy(scope, name, attachedPolicy);
    return found.arn;
  }
  const arn = (await createRole(scope, name)) ?? (await awaitRole(scope, name));
  await putPolicy(scope, name, policy);
  if (attachedPolicy !== undefined) await attachPolicy(scope, name, attachedPolicy);
  return arn;
}

/**
 * Gives the ARN of a role of the user's own, which is left as it is.
 *
 * @throws FaastCreateFunctionError where there is none, or Lambda is not trusted with it.
 */
export async function findRole(scope: AwsScope, name: string): Promise<string> {
  const role = await getRole(scope, name);
  if (role === undefined) {
    throw new FaastCreateFunctionError(
      `There is no IAM role "${name}" in this account. Create it, name another, or leave the option out: a role with the least permissions is then made.`,
    );
  }
  if (role.trust !== undefined && !/lambda\.amazonaws\.com|"\*"/.test(role.trust)) {
    throw new FaastCreateFunctionError(
      `The IAM role "${name}" does not let Lambda use it: its trust policy must allow "sts:AssumeRole" to the service "lambda.amazonaws.com".`,
    );
  }
  return role.arn;
}

/** Undefined where there is none. */
async function getRole({ clients, signal }: AwsScope, name: string) {
  const iam = await clients.iam();
  try {
    const { Role } = await awsRequest("iam:GetRole", { signal }, (options) =>
      iam.getRole({ RoleName: name }, options),
    );
    const { Arn: arn = "", AssumeRolePolicyDocument: trust } = Role ?? {};
    return { arn, trust: trust === undefined ? undefined : decodeURIComponent(trust) };
  } catch (error) {
    if (hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException")) return undefined;
    throw error;
  }
}

/** Undefined where another process was faster. */
async function createRole({ clients, signal }: AwsScope, name: string) {
  const iam = await clients.iam();
  try {
    const { Role } = await awsRequest("iam:CreateRole", { signal }, (options) =>
      iam.createRole(
        {
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify(trustPolicy),
          Description: "Made by faast for its functions, and kept for jobs to come.",
          Tags: tagList(cacheTags("role", new Date())),
        },
        options,
      ),
    );
    return Role?.Arn;
  } catch (error) {
    if (hasAwsCode(error, "EntityAlreadyExists", "EntityAlreadyExistsException")) return undefined;
    throw error;
  }
}

/** IAM shows what exists everywhere only after a while. */
async function awaitRole(scope: AwsScope, name: string): Promise<string> {
  const isTransient = (error: unknown) => error instanceof FaastCreateFunctionError;
  return retryTransient({ time: VISIBLE_TIME, signal: scope.signal, isTransient }, () =>
    findRole(scope, name),
  );
}

/** Whether the role's policy is the one that this version needs. */
async function hasPolicy(
  { clients, signal }: AwsScope,
  name: string,
  policy: PolicyDocument,
): Promise<boolean> {
  const iam = await clients.iam();
  try {
    const { PolicyDocument = "" } = await awsRequest("iam:GetRolePolicy", { signal }, (options) =>
      iam.getRolePolicy({ RoleName: name, PolicyName: POLICY_NAME }, options),
    );
    return isSameDocument(decodeURIComponent(PolicyDocument), policy);
  } catch (error) {
    if (hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException")) return false;
    // Who may use a role but not look into it has it from an administrator, as it should be.
    if (isAccessDenied(error)) return true;
    throw error;
  }
}

async function putPolicy(
  { clients, signal }: AwsScope,
  name: string,
  policy: PolicyDocument,
): Promise<void> {
  const iam = await clients.iam();
  const document = JSON.stringify(policy);
  await retryTransient({ time: VISIBLE_TIME, signal, isTransient: isNotVisible }, () =>
    awsRequest("iam:PutRolePolicy", { signal }, (options) =>
      iam.putRolePolicy(
        { RoleName: name, PolicyName: POLICY_NAME, PolicyDocument: document },
        options,
      ),
    ),
  );
}

async function hasAttachedPolicy(
  { clients, signal }: AwsScope,
  name: string,
  policyArn: string,
): Promise<boolean> {
  const iam = await clients.iam();
  try {
    const { AttachedPolicies = [] } = await awsRequest(
      "iam:ListAttachedRolePolicies",
      { signal },
      (options) => iam.listAttachedRolePolicies({ RoleName: name }, options),
    );
    return AttachedPolicies.some(({ PolicyArn }) => PolicyArn === policyArn);
  } catch (error) {
    if (isAccessDenied(error)) return true; // as above
    throw error;
  }
}

async function attachPolicy(
  { clients, signal }: AwsScope,
  name: string,
  policyArn: string | undefined,
): Promise<void> {
  const iam = await clients.iam();
  await retryTransient({ time: VISIBLE_TIME, signal, isTransient: isNotVisible }, () =>
    awsRequest("iam:AttachRolePolicy", { signal }, (options) =>
      iam.attachRolePolicy({ RoleName: name, PolicyArn: policyArn }, options),
    ),
  );
}

/** The role has just been made, or another process changes it. */
const isNotVisible = (error: unknown) =>
  hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException", "ConcurrentModification");

function isSameDocument(text: string, document: object): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(document);
  } catch {
    return false;
  }
}
