import type {
  LayerVersionsListItem,
  ListLayerVersionsCommandOutput,
  Runtime,
} from "@aws-sdk/client-lambda";
import { awsRequest, hasAwsCode } from "./aws-failure.js";
import type { AwsScope } from "./clients.js";
import { markerOf, markerText, type LayerMarker } from "./layer-marker.js";

/** Milliseconds in which Lambda must have unpacked an archive of 250 MB. */
const PUBLISH_TIME = 300_000;

/** A layer version to be published. */
export interface LayerSpec {
  /** Letters, digits, `-` and `_`; at most 140 of them. */
  readonly name: string;
  /** Whose it is, and until when: layer versions have no tags. */
  readonly marker: LayerMarker;
  /** Where its archive is. */
  readonly bucket: string;
  readonly key: string;
  /** Such as `nodejs22.x`. */
  readonly runtime: string;
  readonly architecture: "arm64" | "x86_64";
}

/** A layer version of ours. */
export interface Layer {
  /** The ARN of the version, as functions name it. */
  readonly arn: string;
  readonly version: number;
  readonly marker: LayerMarker;
}

/**
 * Publishes an archive of the job's bucket as a layer version.
 *
 * @throws {@link AwsRequestError} where Lambda refuses.
 */
export async function publishLayer({ clients, signal }: AwsScope, spec: LayerSpec): Promise<Layer> {
  const lambda = await clients.lambda();
  const limits = { signal, time: PUBLISH_TIME };
  const { LayerVersionArn: arn = "", Version: version = 0 } = await awsRequest(
    "lambda:PublishLayerVersion",
    limits,
    (options) =>
      lambda.publishLayerVersion(
        {
          LayerName: spec.name,
          Description: markerText(spec.marker),
          Content: { S3Bucket: spec.bucket, S3Key: spec.key },
          CompatibleRuntimes: [spec.runtime as Runtime],
          CompatibleArchitectures: [spec.architecture],
        },
        options,
      ),
  );
  return { arn, version, marker: spec.marker };
}

/** The versions of a layer that bear our marker, the newest first; none where there is no such layer. */
export async function layersOf({ clients, signal }: AwsScope, name: string): Promise<Layer[]> {
  const lambda = await clients.lambda();
  const found: LayerVersionsListItem[] = [];
  let next: string | undefined;
  do {
    const page: Partial<ListLayerVersionsCommandOutput> = await awsRequest(
      "lambda:ListLayerVersions",
      { signal },
      (options) => lambda.listLayerVersions({ LayerName: name, Marker: next }, options),
    ).catch((error: unknown) => {
      if (hasAwsCode(error, "ResourceNotFoundException")) return {};
      throw error;
    });
    found.push(...(page.LayerVersions ?? []));
    next = page.NextMarker;
  } while (next);
  return found
    .flatMap(({ LayerVersionArn: arn, Version: version, Description = "" }) => {
      const marker = markerOf(Description);
      if (arn === undefined || version === undefined || marker === undefined) return [];
      return [{ arn, version, marker }];
    })
    .sort((left, right) => right.version - left.version);
}

/**
 * Deletes all versions of a layer that bear our marker; those that are gone are fine. Functions that use
 * one go on: Lambda has made it a part of them.
 */
export async function deleteLayers(scope: AwsScope, name: string): Promise<void> {
  const { clients, signal } = scope;
  const lambda = await clients.lambda();
  for (const { version } of await layersOf(scope, name)) {
    await awsRequest("lambda:DeleteLayerVersion", { signal }, (options) =>
      lambda.deleteLayerVersion({ LayerName: name, VersionNumber: version }, options),
    ).catch((error: unknown) => {
      if (!hasAwsCode(error, "ResourceNotFoundException")) throw error;
    });
  }
}
