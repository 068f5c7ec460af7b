import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { awsRequest, hasAwsCode } from "../infra/aws-failure.js";
import type { TagRecord } from "../infra/tags.js";
import type { Listing, Place } from "./place.js";
import { pages } from "./pages.js";

/** All functions of a region, ours and others', without their tags. */
export async function* functionPages({
  place,
  signal,
}: Pick<Listing, "place" | "signal">): AsyncGenerator<readonly FunctionConfiguration[]> {
  const lambda = await place.clients.lambda();
  yield* pages(async (Marker) => {
    await place.paces.control.turn(signal);
    const page = await awsRequest("lambda:ListFunctions", { signal }, (options) =>
      lambda.listFunctions({ Marker }, options),
    );
    return { items: page.Functions, next: page.NextMarker };
  });
}

/**
 * The tags of a function; undefined if there is none of that name.
 *
 * @throws AwsRequestError if they may not be read: without its tags, a living job would look dead.
 */
export async function functionTags(
  place: Place,
  name: string,
  signal: AbortSignal,
): Promise<TagRecord | undefined> {
  const lambda = await place.clients.lambda();
  try {
    // Lambda permits this far more often than ListTags.
    await place.paces.functions.turn(signal);
    const { Tags } = await awsRequest("lambda:GetFunction", { signal }, (options) =>
      lambda.getFunction({ FunctionName: name }, options),
    );
    if (Tags !== undefined) return Tags;
    // It has none, or it has some that we may not see: then this fails.
    await place.paces.control.turn(signal);
    const Resource = place.arn("lambda", `function:${name}`);
    const listed = await awsRequest("lambda:ListTags", { signal }, (options) =>
      lambda.listTags({ Resource }, options),
    );
    return listed.Tags ?? {};
  } catch (error) {
    if (hasAwsCode(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}
