import { FaastCreateFunctionError, type PreflightCheck } from "@faast/core/provider";
import { DEFAULT_ROLE } from "../aws-options.js";
import { roleSpec, type RoleOptions } from "../execution-role.js";
import { awsRequest, hasAwsCode, isAccessDenied } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { findRole } from "../infra/role.js";

/** Whether there is the role with which functions are to run. */
export async function roleCheck(scope: AwsScope, options: RoleOptions): Promise<PreflightCheck> {
  const name = "execution role";
  const { name: RoleName } = roleSpec(options, scope.clients.region);
  try {
    if (options.RoleName === DEFAULT_ROLE && !(await exists(scope, RoleName)))
      return { name, status: "ok", found: `${RoleName} is made with the first job` };
    return { name, status: "ok", found: await findRole(scope, RoleName) };
  } catch (error) {
    if (error instanceof FaastCreateFunctionError)
      return { name, status: "failure", found: RoleName, advice: error.message };
    if (!isAccessDenied(error)) throw error;
    return { name, status: "failure", found: RoleName, advice: error.message };
  }
}

async function exists({ clients, signal }: AwsScope, RoleName: string): Promise<boolean> {
  const iam = await clients.iam();
  try {
    await awsRequest("iam:GetRole", { signal }, (options) => iam.getRole({ RoleName }, options));
    return true;
  } catch (error) {
    if (hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException")) return false;
    throw error;
  }
}
