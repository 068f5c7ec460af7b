import type { Resource } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import { deleteQueue, goneCodes } from "../infra/queue.js";
import { arnName } from "./arn.js";
import { NAME_PREFIX, isCandidate, ownTags } from "./job-names.js";
import { kinds } from "./kinds.js";
import { pages } from "./pages.js";
import type { Listing, Place } from "./place.js";

/** Queues in a page of a listing: without it, SQS lists a thousand and says nothing of the others. */
const PAGE = 1000;

/** The queues that bear the name of a job. */
export async function* queues(listing: Listing): AsyncGenerator<Resource[]> {
  const { place } = listing;
  for await (const page of urlPages(listing, NAME_PREFIX)) {
    const resources = page.map(async (url) => {
      const name = arnName(url);
      const tags = isCandidate(name) ? await tagsOf(listing, url) : undefined;
      if (tags === undefined) return [];
      const id = place.arn("sqs", name);
      const resource: Resource = {
        kind: kinds.queue,
        id,
        tags: ownTags(name, tags),
        ...(listing.details ? { monthlyCost: 0 } : {}),
      };
      return [resource];
    });
    yield (await Promise.all(resources)).flat();
  }
}

/** Deletes a queue; one that is gone is fine. */
export async function removeQueue(place: Place, name: string, signal: AbortSignal): Promise<void> {
  for await (const page of urlPages({ place, signal }, name)) {
    const url = page.find((each) => arnName(each) === name);
    if (url !== undefined) return deleteQueue({ clients: place.clients, signal }, url);
  }
}

async function* urlPages({ place, signal }: Pick<Listing, "place" | "signal">, prefix: string) {
  const sqs = await place.clients.sqs();
  yield* pages(async (NextToken) => {
    await place.paces.sqs.turn(signal);
    const page = await awsRequest("sqs:ListQueues", { signal }, (options) =>
      sqs.listQueues({ QueueNamePrefix: prefix, MaxResults: PAGE, NextToken }, options),
    );
    return { items: page.QueueUrls, next: page.NextToken };
  });
}

/** Undefined if it has gone meanwhile. */
async function tagsOf({ place, signal }: Listing, url: string) {
  const sqs = await place.clients.sqs();
  await place.paces.sqs.turn(signal);
  try {
    const { Tags = {} } = await awsRequest("sqs:ListQueueTags", { signal }, (options) =>
      sqs.listQueueTags({ QueueUrl: url }, options),
    );
    return Tags;
  } catch (error) {
    if (hasAwsCode(error, ...goneCodes)) return undefined;
    throw error;
  }
}
