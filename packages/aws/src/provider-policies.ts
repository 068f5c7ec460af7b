import type { PolicyDocument } from "@faast/core/provider";
import { DEFAULT_ROLE, type AwsOptions } from "./aws-options.js";
import { callerPolicy } from "./policy/caller-policy.js";
import { collectionPolicy, roleCollectionPolicy } from "./policy/collection-policy.js";
import { executionPolicy, trustPolicy } from "./policy/execution-policy.js";
import type { PolicyDocument as IamPolicy } from "./policy/policy-document.js";
import { preflightPolicy } from "./policy/preflight-policy.js";

/** The policies of whoever runs jobs, of their functions, and of whoever collects what they leave behind. */
export function providerPolicies(options: Required<AwsOptions>): PolicyDocument[] {
  const { rolePolicy, policyStatements } = options;
  const region = options.region || "*";
  const vpc = options.vpc !== undefined;
  const RoleName = options.RoleName === DEFAULT_ROLE ? undefined : options.RoleName;
  const entry = (name: string, description: string, document: object): PolicyDocument => ({
    name,
    description,
    document: { ...document },
  });
  const caller: IamPolicy = callerPolicy({ region, rolePolicy, vpc, RoleName });
  return [
    entry("jobs", 'For whoever runs jobs: faast("aws").', caller),
    entry(
      "functions",
      "For the functions' role, if you make one yourself: the option RoleName.",
      executionPolicy({ region, vpc, policyStatements }),
    ),
    entry("functions-trust", "The trust policy of such a role.", trustPolicy),
    entry(
      "leftovers",
      "For whoever collects leftovers: faast ls, faast cleanup, and the option gc.",
      collectionPolicy({ region }),
    ),
    entry(
      "roles",
      "For whoever deletes roles, too, beside the one above: faast cleanup --all-regions --caches.",
      roleCollectionPolicy({ region }),
    ),
    entry(
      "doctor",
      "For whoever runs faast doctor: without it, permissions and quotas are not checked.",
      preflightPolicy,
    ),
  ];
}
