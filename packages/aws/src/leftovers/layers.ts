import type { LayerVersionsListItem } from "@aws-sdk/client-lambda";
import type { Resource } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import { markerOf } from "../infra/layer-marker.js";
import { isCandidate } from "./job-names.js";
import { kinds } from "./kinds.js";
import { pages } from "./pages.js";
import type { Listing, Place } from "./place.js";
import { tagNames } from "./tag-names.js";

/**
 * The layer versions that bear one of our names. They have no tags: the marker in the description takes
 * their place. Jobs share them, so they have a lease of their own.
 *
 * @param isUsedElsewhere - whether a function has a layer version that is not one of the listed ones.
 */
export async function* layers(
  listing: Listing,
  isUsedElsewhere: (arn: string) => boolean,
): AsyncGenerator<Resource[]> {
  const { place, signal } = listing;
  const lambda = await place.clients.lambda();
  const found = pages(async (Marker) => {
    await place.paces.control.turn(signal);
    const page = await awsRequest("lambda:ListLayers", { signal }, (options) =>
      lambda.listLayers({ Marker }, options),
    );
    return { items: page.Layers, next: page.NextMarker };
  });
  for await (const page of found) {
    for (const { LayerName: name } of page) {
      if (!isCandidate(name)) continue;
      for await (const versions of versionPages(listing, name)) {
        const resources = versions.map((each) => layer(listing, name, each));
        yield (await Promise.all(resources)).map((each) =>
          isUsedElsewhere(each.id) ? { ...each, ownerAlive: true } : each,
        );
      }
    }
  }
}

/** Deletes a layer version; one that is gone is fine. */
export async function removeLayer(place: Place, arn: string, signal: AbortSignal): Promise<void> {
  const lambda = await place.clients.lambda();
  const [version = "", LayerName = ""] = arn.split(":").reverse();
  try {
    await awsRequest("lambda:DeleteLayerVersion", { signal }, (options) =>
      lambda.deleteLayerVersion({ LayerName, VersionNumber: Number(version) }, options),
    );
  } catch (error) {
    if (!hasAwsCode(error, "ResourceNotFoundException")) throw error;
  }
}

async function* versionPages({ place, signal }: Listing, LayerName: string) {
  const lambda = await place.clients.lambda();
  yield* pages<LayerVersionsListItem>(async (Marker) => {
    await place.paces.control.turn(signal);
    try {
      const page = await awsRequest("lambda:ListLayerVersions", { signal }, (options) =>
        lambda.listLayerVersions({ LayerName, Marker }, options),
      );
      return { items: page.LayerVersions, next: page.NextMarker };
    } catch (error) {
      if (hasAwsCode(error, "ResourceNotFoundException")) return { items: [], next: undefined };
      throw error;
    }
  });
}

async function layer(
  listing: Listing,
  name: string,
  { LayerVersionArn: id = "", Version, Description = "" }: LayerVersionsListItem,
): Promise<Resource> {
  const marker = markerOf(Description);
  if (marker === undefined || Version === undefined) return { kind: kinds.layer, id, tags: {} };
  const size = listing.details ? await sizeOf(listing, name, Version) : undefined;
  return {
    kind: kinds.layer,
    id,
    tags: {
      [tagNames.cache]: name,
      [tagNames.created]: marker.createdAt.toISOString(),
      [tagNames.expires]: marker.expiresAt.toISOString(),
    },
    ...(size === undefined ? {} : { size, monthlyCost: 0 }),
  };
}

/** Bytes of its archive; undefined if it has gone meanwhile. */
async function sizeOf(
  { place, signal }: Listing,
  LayerName: string,
  VersionNumber: number,
): Promise<number | undefined> {
  const lambda = await place.clients.lambda();
  await place.paces.control.turn(signal);
  try {
    const { Content } = await awsRequest("lambda:GetLayerVersion", { signal }, (options) =>
      lambda.getLayerVersion({ LayerName, VersionNumber }, options),
    );
    return Content?.CodeSize;
  } catch (error) {
    if (hasAwsCode(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}
