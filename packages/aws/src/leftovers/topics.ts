import type { Resource } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import { goneCodes } from "../infra/topic.js";
import { arnName } from "./arn.js";
import { isCandidate, ownTags, tagRecord } from "./job-names.js";
import { kinds } from "./kinds.js";
import { pages } from "./pages.js";
import type { Listing } from "./place.js";

/** The topics that bear the name of a job. Their subscriptions have no tags, and go with them. */
export async function* topics(listing: Listing): AsyncGenerator<Resource[]> {
  const { place, signal } = listing;
  const sns = await place.clients.sns();
  const found = pages(async (NextToken) => {
    await place.paces.sns.turn(signal);
    const page = await awsRequest("sns:ListTopics", { signal }, (options) =>
      sns.listTopics({ NextToken }, options),
    );
    return { items: page.Topics, next: page.NextToken };
  });
  for await (const page of found) {
    const resources = page.map(async ({ TopicArn: id = "" }) => {
      const name = arnName(id);
      const tags = isCandidate(name) ? await tagsOf(listing, id) : undefined;
      if (tags === undefined) return [];
      const resource: Resource = {
        kind: kinds.topic,
        id,
        tags: ownTags(name, tags),
        ...(listing.details ? { monthlyCost: 0 } : {}),
      };
      return [resource];
    });
    yield (await Promise.all(resources)).flat();
  }
}

/** Undefined if it has gone meanwhile. */
async function tagsOf({ place, signal }: Listing, arn: string) {
  const sns = await place.clients.sns();
  await place.paces.sns.turn(signal);
  try {
    const { Tags } = await awsRequest("sns:ListTagsForResource", { signal }, (options) =>
      sns.listTagsForResource({ ResourceArn: arn }, options),
    );
    return tagRecord(Tags);
  } catch (error) {
    if (hasAwsCode(error, "ResourceNotFound", ...goneCodes)) return undefined;
    throw error;
  }
}
