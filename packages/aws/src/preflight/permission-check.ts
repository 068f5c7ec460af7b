import type { PreflightCheck } from "@faast/core/provider";
import { isAccessDenied } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import {
  actionsOf,
  missingActions,
  type Permission,
  type SimulationPlace,
} from "./permission-simulation.js";

/** Permissions that are needed for something. */
export interface PermissionSet {
  /** The name of the check. */
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Without one of these, nothing works at all; without another, some of it does not. */
  readonly essential: readonly string[];
}

/** Whether an identity has permissions, as far as it may ask. */
export async function permissionCheck(
  scope: AwsScope,
  place: SimulationPlace,
  { name, permissions, essential }: PermissionSet,
): Promise<PreflightCheck> {
  let missing: readonly string[];
  try {
    missing = await missingActions(scope, place, permissions);
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    const advice =
      'permit "iam:SimulatePrincipalPolicy", or compare your policies with "faast policy aws"';
    return { name, status: "warning", found: "not checked, which is not permitted", advice };
  }
  const count = actionsOf(permissions).length;
  if (missing.length === 0) return { name, status: "ok", found: `all ${count}` };
  const isEssential = missing.some((each) => essential.includes(each));
  return {
    name,
    status: isEssential ? "failure" : "warning",
    found: `${missing.length} of ${count} are missing: ${missing.join(", ")}`,
    advice: '"faast policy aws" prints policies that have them',
  };
}
