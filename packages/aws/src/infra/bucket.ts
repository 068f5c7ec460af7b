import type {
  BucketLocationConstraint,
  CreateBucketConfiguration,
  _Error as DeletionError,
} from "@aws-sdk/client-s3";
import { AwsRequestError, awsRequest, hasAwsCode } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";
import { tagList, type TagRecord } from "./tags.js";

/** Milliseconds for an object to go up or down, at most. */
const OBJECT_TIME = 600_000;
/** Milliseconds until a bucket must be empty, although functions may still be storing objects. */
const EMPTY_TIME = 60_000;
/** Milliseconds until a created bucket must be visible to every server of S3. */
const VISIBLE_TIME = 30_000;
/** The region that must not be named when a bucket is created there. */
const UNNAMED_REGION = "us-east-1";

/** A bucket to be created. */
export interface BucketSpec {
  readonly name: string;
  readonly tags?: TagRecord | undefined;
  /** Days after which S3 itself deletes objects. Default: 1, the least there is. */
  readonly expiryDays?: number | undefined;
}

/** An object of a bucket. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** Creates a bucket whose objects expire; one of ours of that name becomes such a one. */
export async function createBucket(scope: AwsScope, spec: BucketSpec): Promise<void> {
  const { name, tags = {}, expiryDays = 1 } = spec;
  const { clients, signal } = scope;
  const s3 = await clients.s3();
  const wasThere = await requestBucket(scope, name, tags);
  const isTransient = (error: unknown) =>
    hasAwsCode(error, "NoSuchBucket", "OperationAborted", "NotFound");
  const rule = { time: VISIBLE_TIME, signal, isTransient };
  if (wasThere && Object.keys(tags).length > 0) {
    await retryTransient(rule, () =>
      awsRequest("s3:PutBucketTagging", { signal }, (options) =>
        s3.putBucketTagging({ Bucket: name, Tagging: { TagSet: tagList(tags) } }, options),
      ),
    );
  }
  await retryTransient(rule, () =>
    awsRequest("s3:PutBucketLifecycleConfiguration", { signal }, (options) =>
      s3.putBucketLifecycleConfiguration(
        {
          Bucket: name,
          LifecycleConfiguration: {
            Rules: [
              {
                ID: "expire",
                Status: "Enabled",
                Filter: { Prefix: "" },
                Expiration: { Days: expiryDays },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: expiryDays },
              },
            ],
          },
        },
        options,
      ),
    ),
  );
}

/** Stores an object. */
export async function putObject(
  { clients, signal }: AwsScope,
  { bucket, key }: ObjectPlace,
  bytes: Uint8Array,
): Promise<void> {
  const s3 = await clients.s3();
  await awsRequest("s3:PutObject", { signal, time: OBJECT_TIME }, (options) =>
    s3.putObject({ Bucket: bucket, Key: key, Body: bytes }, options),
  );
}

/**
 * Reads an object.
 *
 * @throws {@link AwsRequestError} with the code `NoSuchKey` where there is none.
 */
export async function getObject(
  { clients, signal }: AwsScope,
  { bucket, key }: ObjectPlace,
): Promise<Uint8Array> {
  const s3 = await clients.s3();
  return awsRequest("s3:GetObject", { signal, time: OBJECT_TIME }, async (options) => {
    const { Body } = await s3.getObject({ Bucket: bucket, Key: key }, options);
    return Body === undefined ? new Uint8Array() : Body.transformToByteArray();
  });
}

/** Deletes an object; one that is gone is fine. */
export async function deleteObject(
  { clients, signal }: AwsScope,
  { bucket, key }: ObjectPlace,
): Promise<void> {
  const s3 = await clients.s3();
  try {
    await awsRequest("s3:DeleteObject", { signal }, (options) =>
      s3.deleteObject({ Bucket: bucket, Key: key }, options),
    );
  } catch (error) {
    if (!hasAwsCode(error, "NoSuchKey", "NoSuchBucket")) throw error;
  }
}

/** Deletes a bucket and all that is in it; one that is gone is fine. */
export async function deleteBucket(scope: AwsScope, name: string): Promise<void> {
  const { clients, signal } = scope;
  const s3 = await clients.s3();
  // "Not empty": a function that was given up has stored something since.
  const isTransient = (error: unknown) => hasAwsCode(error, "BucketNotEmpty", "OperationAborted");
  try {
    await retryTransient({ time: EMPTY_TIME, signal, isTransient }, async () => {
      await emptyBucket(scope, name);
      await awsRequest("s3:DeleteBucket", { signal }, (options) =>
        s3.deleteBucket({ Bucket: name }, options),
      );
    });
  } catch (error) {
    if (!hasAwsCode(error, "NoSuchBucket")) throw error;
  }
}

/** Deletes all objects, a thousand at once. */
async function emptyBucket({ clients, signal }: AwsScope, name: string): Promise<void> {
  const s3 = await clients.s3();
  for (;;) {
    const { Contents = [], IsTruncated } = await awsRequest(
      "s3:ListObjectsV2",
      { signal },
      (options) => s3.listObjectsV2({ Bucket: name }, options),
    );
    if (Contents.length === 0) return;
    const { Errors: [failed] = [] } = await awsRequest("s3:DeleteObjects", { signal }, (options) =>
      s3.deleteObjects(
        { Bucket: name, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } },
        options,
      ),
    );
    // The request succeeds all the same; without this, the same objects would be listed for ever.
    if (failed !== undefined) throw refusedObject(failed);
    if (IsTruncated !== true) return;
  }
}

function refusedObject({ Code = "InternalError", Message = "" }: DeletionError): AwsRequestError {
  const error = Object.assign(new Error(`an object could not be deleted: ${Message || Code}`), {
    name: Code,
  });
  return new AwsRequestError("s3:DeleteObjects", error);
}

/** Gives whether there may have been such a bucket before, so that it lacks the tags. */
async function requestBucket(
  { clients, signal }: AwsScope,
  name: string,
  tags: TagRecord,
): Promise<boolean> {
  const s3 = await clients.s3();
  const configuration: CreateBucketConfiguration = { Tags: tagList(tags) };
  if (clients.region !== UNNAMED_REGION) {
    configuration.LocationConstraint = clients.region as BucketLocationConstraint;
  }
  try {
    await awsRequest("s3:CreateBucket", { signal }, (options) =>
      s3.createBucket({ Bucket: name, CreateBucketConfiguration: configuration }, options),
    );
    // There, S3 does not say so.
    return clients.region === UNNAMED_REGION;
  } catch (error) {
    if (!hasAwsCode(error, "BucketAlreadyOwnedByYou")) throw error;
    return true;
  }
}
