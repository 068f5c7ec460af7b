import type { Role } from "@aws-sdk/client-iam";
import type { Resource, Spared } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import type { TagRecord } from "../infra/tags.js";
import { CACHED_ROLE } from "../policy/role-names.js";
import { tagRecord } from "./job-names.js";
import { kinds } from "./kinds.js";
import { pages } from "./pages.js";
import type { Listing, Place } from "./place.js";
import { tagNames } from "./tag-names.js";

/**
 * The roles that were made for the functions of any job, in whatever region.
 *
 * @param isInUse - whether somebody has a role who is not listed, or is about to have it.
 */
export async function* roles(
  { place, signal, details }: Listing,
  isInUse: (arn: string) => boolean,
): AsyncGenerator<Resource[]> {
  const iam = await place.clients.iam();
  const found = pages<Role>(async (Marker) => {
    await place.paces.iam.turn(signal);
    const page = await awsRequest("iam:ListRoles", { signal }, (options) =>
      iam.listRoles({ Marker }, options),
    );
    return { items: page.Roles, next: page.Marker };
  });
  for await (const page of found) {
    const resources = page.map(async ({ RoleName: name = "", Arn: id = "" }) => {
      if (!isOurName(name)) return [];
      const tags = await roleTags(place, name, signal);
      if (tags === undefined) return [];
      const resource: Resource = {
        kind: kinds.role,
        id,
        tags: tags[tagNames.cache] === "role" ? tags : {},
        ...(details ? { monthlyCost: 0 } : {}),
        ...(isInUse(id) ? { ownerAlive: true } : {}),
      };
      return [resource];
    });
    yield (await Promise.all(resources)).flat();
  }
}

/** Deletes a role with its policies, if it is ours still; one that is gone is fine. */
export async function removeRole(
  place: Place,
  name: string,
  signal: AbortSignal,
): Promise<Spared | undefined> {
  const tags = await roleTags(place, name, signal);
  if (tags === undefined) return undefined;
  if (tags[tagNames.cache] !== "role") return { spared: "it is another's by now" };
  try {
    await removePolicies(place, name, signal);
    const iam = await place.clients.iam();
    await awsRequest("iam:DeleteRole", { signal }, (options) =>
      iam.deleteRole({ RoleName: name }, options),
    );
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return undefined;
}

/** A role with policies cannot be deleted. */
async function removePolicies(place: Place, RoleName: string, signal: AbortSignal): Promise<void> {
  const iam = await place.clients.iam();
  const own = pages(async (Marker) => {
    const page = await awsRequest("iam:ListRolePolicies", { signal }, (options) =>
      iam.listRolePolicies({ RoleName, Marker }, options),
    );
    return { items: page.PolicyNames, next: page.Marker };
  });
  for await (const names of own) {
    for (const PolicyName of names)
      await awsRequest("iam:DeleteRolePolicy", { signal }, (options) =>
        iam.deleteRolePolicy({ RoleName, PolicyName }, options),
      );
  }
  const attached = pages(async (Marker) => {
    const page = await awsRequest("iam:ListAttachedRolePolicies", { signal }, (options) =>
      iam.listAttachedRolePolicies({ RoleName, Marker }, options),
    );
    return { items: page.AttachedPolicies, next: page.Marker };
  });
  for await (const policies of attached) {
    for (const { PolicyArn } of policies)
      await awsRequest("iam:DetachRolePolicy", { signal }, (options) =>
        iam.detachRolePolicy({ RoleName, PolicyArn }, options),
      );
  }
}

/** Undefined if there is no such role. */
async function roleTags(
  place: Place,
  RoleName: string,
  signal: AbortSignal,
): Promise<TagRecord | undefined> {
  const iam = await place.clients.iam();
  await place.paces.iam.turn(signal);
  try {
    const { Role } = await awsRequest("iam:GetRole", { signal }, (options) =>
      iam.getRole({ RoleName }, options),
    );
    return tagRecord(Role?.Tags);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isOurName(name: string): boolean {
  return name === CACHED_ROLE || name.startsWith(`${CACHED_ROLE}-`);
}

function isGone(error: unknown): boolean {
  return hasAwsCode(error, "NoSuchEntity", "NoSuchEntityException");
}
