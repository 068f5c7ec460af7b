import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Resource, ResourceReference } from "@faast/core/provider";
import { logGroupName } from "../infra/log-group.js";
import { buckets } from "./buckets.js";
import { functionPages, functionTags } from "./functions.js";
import { isCandidate, ownTags } from "./job-names.js";
import { kinds } from "./kinds.js";
import { layers } from "./layers.js";
import { logGroups } from "./log-groups.js";
import type { Listing, Place } from "./place.js";
import { queues } from "./queues.js";
import { tagNames } from "./tag-names.js";
import { topics } from "./topics.js";

/** Functions whose tags are read at once. */
const PAGE = 50;

/**
 * Everything in a region that may be a leftover. Functions come last, with all that their jobs have: they
 * are deleted first, and nothing of a job whose function stays is deleted. Log groups go last, since a
 * function writes lines for as long as there is one.
 */
export async function* listRegion(listing: Listing): AsyncGenerator<Resource[]> {
  const { ours, layersOfOthers } = await functionsIn(listing);
  const byJob = new Map<string, ResourceReference[]>();
  const parts = [
    queues(listing),
    topics(listing),
    buckets(listing),
    layers(listing, (arn) => layersOfOthers.has(arn)),
    logGroups(listing),
  ];
  for (const part of parts) {
    for await (const page of part) {
      for (const { kind, id, tags } of page) {
        const job = tags[tagNames.job];
        if (job === undefined) continue;
        const own = byJob.get(job);
        if (own === undefined) byJob.set(job, [{ kind, id }]);
        else own.push({ kind, id });
      }
      yield page.map((each) => beforeLogGroup(listing.place, each));
    }
  }
  for (let i = 0; i < ours.length; i += PAGE) {
    const page = ours.slice(i, i + PAGE).map((each) => functionResource(listing, each, byJob));
    yield (await Promise.all(page)).flat();
  }
}

/** The functions that bear the name of a job; and what layers the others have. */
async function functionsIn(listing: Listing) {
  const ours: FunctionConfiguration[] = [];
  const layersOfOthers = new Set<string>();
  for await (const page of functionPages(listing)) {
    for (const each of page) {
      if (isCandidate(each.FunctionName)) {
        ours.push(each);
        continue;
      }
      for (const { Arn } of each.Layers ?? []) if (Arn !== undefined) layersOfOthers.add(Arn);
      if (each.Role !== undefined) listing.rolesOfOthers.add(each.Role);
    }
  }
  return { ours, layersOfOthers };
}

async function functionResource(
  { place, signal, details }: Listing,
  found: FunctionConfiguration,
  byJob: ReadonlyMap<string, readonly ResourceReference[]>,
): Promise<Resource[]> {
  const { FunctionName: name = "", FunctionArn: id = "", CodeSize, Layers = [], Role } = found;
  const allTags = await functionTags(place, name, signal);
  if (allTags === undefined) return [];
  const tags = ownTags(name, allTags);
  const layersOfIt = Layers.flatMap(({ Arn }) =>
    Arn === undefined ? [] : [{ kind: kinds.layer, id: Arn }],
  );
  return [
    {
      kind: kinds.function,
      id,
      tags,
      dependsOn: [
        ...(byJob.get(tags[tagNames.job] ?? "") ?? []),
        ...layersOfIt,
        ...(Role === undefined ? [] : [{ kind: kinds.role, id: Role }]),
      ],
      ...(details && CodeSize !== undefined ? { size: CodeSize, monthlyCost: 0 } : {}),
    },
  ];
}

function beforeLogGroup(place: Place, resource: Resource): Resource {
  const job = resource.tags[tagNames.job];
  if (job === undefined || resource.kind === kinds.logGroup) return resource;
  const id = place.arn("logs", `log-group:${logGroupName(`faast-${job}`)}`);
  return { ...resource, dependsOn: [{ kind: kinds.logGroup, id }] };
}
