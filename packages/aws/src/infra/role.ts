import { FaastCreateFunctionError } from "@faast/core/provider";
import { awsRequest, hasAwsCode, isAccessDenied } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";
import { functionPolicy, trustPolicy } from "./role-policy.js";

/** The role that is made when the user names none, kept for the next job. */
export const CACHED_ROLE_NAME = "faast-cached-lambda-role";

const POLICY_NAME = "faast-functions";

/** Milliseconds until a role that another process has just made must be visible here. */
const VISIBLE_TIME = 30_000;

/**
 * Gives the ARN of the role for functions; makes it where it is missing, with just the permissions
 * that functions need. Any number of processes may do so at once.
 *
 * @throws {@link AwsRequestError} where IAM refuses.
 */
export async function ensureRole(
  scope: AwsScope,
  { name = CACHED_ROLE_NAME }: { name?: string | undefined } = {},
): Promise<string> {
  const found = await getRole(scope, name);
  if (found !== undefined) {
    if (!(await hasPolicy(scope, name))) await putPolicy(scope, name);
    return found.arn;
  }
  const arn = (await createRole(scope, name)) ?? (await awaitRole(scope, name));
  await putPolicy(scope, name);
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
          Description: "Lets functions of faast write logs, use their queues and store objects.",
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
async function hasPolicy({ clients, signal }: AwsScope, name: string): Promise<boolean> {
  const iam = await clients.iam();
  try {
    const { PolicyDocument = "" } = await awsRequest("iam:GetRolePolicy", { signal }, (options) =>
      iam.getRolePolicy({ RoleName: name, PolicyName: POLICY_NAME }, options),
    );
    return isSameDocument(decodeURIComponent(PolicyDocument), functionPolicy(clients.region));
  } catch (error) {
    if (hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException")) return false;
    // Who may use a role but not look into it has it from an administrator, as it should be.
    if (isAccessDenied(error)) return true;
    throw error;
  }
}

async function putPolicy({ clients, signal }: AwsScope, name: string): Promise<void> {
  const iam = await clients.iam();
  const document = JSON.stringify(functionPolicy(clients.region));
  const isTransient = (error: unknown) =>
    hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException", "ConcurrentModification");
  await retryTransient({ time: VISIBLE_TIME, signal, isTransient }, () =>
    awsRequest("iam:PutRolePolicy", { signal }, (options) =>
      iam.putRolePolicy(
        { RoleName: name, PolicyName: POLICY_NAME, PolicyDocument: document },
        options,
      ),
    ),
  );
}

function isSameDocument(text: string, document: object): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(document);
  } catch {
    return false;
  }
}
