import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { Resource, Spared } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import { deleteBucket } from "../infra/bucket.js";
import type { TagRecord } from "../infra/tags.js";
import { NAME_PREFIX, isCandidate, ownTags, tagRecord } from "./job-names.js";
import { kinds } from "./kinds.js";
import { monthlyCost, storagePrices } from "./monthly-cost.js";
import { pages } from "./pages.js";
import type { Listing, Place } from "./place.js";
import { tagNames } from "./tag-names.js";

/** Pages of a thousand objects that are looked at for the size of a bucket, at most. */
const MOST_PAGES = 100;

/** The buckets that bear the name of a job, of one region. */
export async function* buckets(listing: Listing): AsyncGenerator<Resource[]> {
  const { place, signal, details } = listing;
  const s3 = await place.clients.s3();
  const region = place.region as BucketLocationConstraint;
  const found = pages(async (ContinuationToken) => {
    await place.paces.s3.turn(signal);
    const page = await awsRequest("s3:ListBuckets", { signal }, (options) =>
      s3.listBuckets(
        { Prefix: NAME_PREFIX, BucketRegion: region, MaxBuckets: 1000, ContinuationToken },
        options,
      ),
    );
    return { items: page.Buckets, next: page.ContinuationToken };
  });
  for await (const page of found) {
    const resources = page.map(async ({ Name: name, BucketRegion }) => {
      // The lease of its job is in its own region: one from elsewhere would look as if it had none.
      if (!isCandidate(name) || BucketRegion !== place.region) return [];
      const tags = await tagsOf(place, name, signal);
      if (tags === undefined) return [];
      const resource: Resource = {
        kind: kinds.bucket,
        id: `arn:${place.partition}:s3:::${name}`,
        tags: ownTags(name, tags),
        ...(details ? await sizeOf(listing, name) : {}),
      };
      return [resource];
    });
    yield (await Promise.all(resources)).flat();
  }
}

/** Deletes a bucket, if it is the same job's still: names are free again once a bucket is gone. */
export async function removeBucket(
  place: Place,
  { name, tags }: { readonly name: string; readonly tags: TagRecord },
  signal: AbortSignal,
): Promise<Spared | undefined> {
  const found = await tagsOf(place, name, signal);
  if (found === undefined) return undefined;
  if (found[tagNames.job] !== tags[tagNames.job]) return { spared: "it is another's by now" };
  await deleteBucket({ clients: place.clients, signal }, name);
  return undefined;
}

/** Undefined if there is no such bucket. */
async function tagsOf(
  place: Place,
  name: string,
  signal: AbortSignal,
): Promise<TagRecord | undefined> {
  const s3 = await place.clients.s3();
  await place.paces.s3.turn(signal);
  try {
    const { TagSet } = await awsRequest("s3:GetBucketTagging", { signal }, (options) =>
      s3.getBucketTagging({ Bucket: name, ExpectedBucketOwner: place.account }, options),
    );
    return tagRecord(TagSet);
  } catch (error) {
    if (hasAwsCode(error, "NoSuchTagSet")) return {};
    if (hasAwsCode(error, "NoSuchBucket")) return undefined;
    throw error;
  }
}

/** Nothing for a bucket that is too large to be counted. */
async function sizeOf(
  { place, signal }: Listing,
  name: string,
): Promise<Pick<Resource, "size" | "monthlyCost">> {
  const s3 = await place.clients.s3();
  let size = 0;
  let count = 0;
  const found = pages(async (ContinuationToken) => {
    await place.paces.s3.turn(signal);
    const page = await awsRequest("s3:ListObjectsV2", { signal }, (options) =>
      s3.listObjectsV2({ Bucket: name, ContinuationToken }, options),
    );
    return { items: page.Contents, next: page.NextContinuationToken };
  });
  try {
    for await (const page of found) {
      for (const { Size = 0 } of page) size += Size;
      if (++count === MOST_PAGES) return {};
    }
  } catch (error) {
    if (hasAwsCode(error, "NoSuchBucket")) return {};
    throw error;
  }
  return { size, monthlyCost: monthlyCost(size, storagePrices.objects) };
}
