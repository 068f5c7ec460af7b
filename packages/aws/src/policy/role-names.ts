import { createHash } from "node:crypto";
import type { PolicyDocument } from "./policy-document.js";

/** The role that is made where the user names none, kept for the next job. */
export const CACHED_ROLE = "faast-cached-lambda-role";

/** The one that may do everything: never that which other jobs have, too. */
export const ADMINISTRATOR_ROLE = `${CACHED_ROLE}-administrator`;

/** AWS's own policy that permits everything. */
export function administratorPolicy(partition: string): string {
  return `arn:${partition}:iam::aws:policy/AdministratorAccess`;
}

/** The role of all jobs that need this very policy: a policy that another job needs is never changed. */
export function roleNameFor(policy: PolicyDocument): string {
  const hash = createHash("sha256").update(JSON.stringify(policy)).digest("hex");
  return `${CACHED_ROLE}-${hash.slice(0, 16)}`;
}
