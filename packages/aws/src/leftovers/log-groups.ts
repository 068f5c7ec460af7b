import type { Resource } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import { logGroupName } from "../infra/log-group.js";
import { NAME_PREFIX, ownTags } from "./job-names.js";
import { kinds } from "./kinds.js";
import { monthlyCost, storagePrices } from "./monthly-cost.js";
import { pages } from "./pages.js";
import type { Listing } from "./place.js";

const LAMBDA_PREFIX = logGroupName("");

/** The log groups of functions that bear the name of a job. */
export async function* logGroups(listing: Listing): AsyncGenerator<Resource[]> {
  const { place, signal, details } = listing;
  const logs = await place.clients.logs();
  const found = pages(async (nextToken) => {
    await place.paces.logs.turn(signal);
    const page = await awsRequest("logs:DescribeLogGroups", { signal }, (options) =>
      logs.describeLogGroups(
        { logGroupNamePrefix: LAMBDA_PREFIX + NAME_PREFIX, nextToken },
        options,
      ),
    );
    return { items: page.logGroups, next: page.nextToken };
  });
  for await (const page of found) {
    const resources = page.map(async ({ logGroupName: name = "", storedBytes: size = 0 }) => {
      const id = place.arn("logs", `log-group:${name}`);
      const tags = await tagsOf(listing, id);
      if (tags === undefined) return [];
      const functionName = name.slice(LAMBDA_PREFIX.length);
      const resource: Resource = {
        kind: kinds.logGroup,
        id,
        tags: ownTags(functionName, tags),
        ...(details ? { size, monthlyCost: monthlyCost(size, storagePrices.logs) } : {}),
      };
      return [resource];
    });
    yield (await Promise.all(resources)).flat();
  }
}

/** Undefined if it has gone meanwhile. */
async function tagsOf({ place, signal }: Listing, arn: string) {
  const logs = await place.clients.logs();
  await place.paces.logs.turn(signal);
  try {
    const { tags = {} } = await awsRequest("logs:ListTagsForResource", { signal }, (options) =>
      logs.listTagsForResource({ resourceArn: arn }, options),
    );
    return tags;
  } catch (error) {
    if (hasAwsCode(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}
