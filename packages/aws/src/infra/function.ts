import type { CreateFunctionRequest, Runtime } from "@aws-sdk/client-lambda";
import { FaastCreateFunctionError } from "@faast/core/provider";
import { awsRequest, hasAwsCode } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { ObjectPlace } from "./bucket.js";
import type { AwsScope } from "./clients.js";
import type { TagRecord } from "./tags.js";

/** Milliseconds until a fresh role must be usable: IAM needs about ten seconds. */
const ROLE_TIME = 90_000;
/** Milliseconds for the upload of the code, which may be 50 MB over a slow line. */
const UPLOAD_TIME = 600_000;
/** Milliseconds until a created function must be ready. */
const ACTIVE_TIME = 240_000;
/** Milliseconds between two looks at a function that is not ready, at most. */
const LONGEST_LOOK = 1_000;

/** Milliseconds in which a function may yet appear whose creation was given up. */
export const LATE_FUNCTION = 3_000;

/** A Lambda function to be created. */
export interface FunctionSpec {
  readonly name: string;
  readonly roleArn: string;
  /** The code: a zip archive of at most 50 MB, or where one is in a bucket. */
  readonly zip: Uint8Array | ObjectPlace;
  /** File and export, such as `index.handler`. */
  readonly handler: string;
  /** Such as `nodejs22.x`. */
  readonly runtime: string;
  readonly architecture: "arm64" | "x86_64";
  /** MB, from 128 to 10,240. */
  readonly memorySize: number;
  /** Whole seconds, from 1 to 900. */
  readonly timeoutSeconds: number;
  /** ARNs of layer versions; at most five, with those of `others`. */
  readonly layers?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Characters, at most 256. */
  readonly description?: string | undefined;
  readonly tags?: TagRecord | undefined;
  /** MB of `/tmp`, from 512 to 10,240. Default: 512. */
  readonly ephemeralStorageSize?: number | undefined;
  readonly vpc?:
    | { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] }
    | undefined;
  /** Further inputs of CreateFunction. Where they concern the same, those above count; tags are joined. */
  readonly others?: Partial<CreateFunctionRequest> | undefined;
}

/**
 * Creates a function and waits until it can be invoked. Gives its ARN. One of that name that is there
 * already is taken for the outcome of an earlier try, since names of jobs are unique.
 *
 * @throws {@link AwsRequestError} where Lambda refuses; `FaastCreateFunctionError` where the function
 * does not become ready.
 */
export async function createFunction(scope: AwsScope, spec: FunctionSpec): Promise<string> {
  const arn = await retryTransient(
    { time: ROLE_TIME, signal: scope.signal, isTransient: isNotReady },
    () => requestFunction(scope, spec),
  );
  await awaitActive(scope, spec.name);
  return arn;
}

/**
 * Deletes a function; one that is gone is fine.
 *
 * @param appearsWithin - milliseconds for which one that is not there may yet appear: the request that
 * creates it was given up just now. Default: 0.
 */
export async function deleteFunction(
  { clients, signal }: AwsScope,
  name: string,
  { appearsWithin = 0 }: { appearsWithin?: number | undefined } = {},
): Promise<void> {
  const lambda = await clients.lambda();
  const deadline = Date.now() + appearsWithin;
  // "Conflict": it is still being created, by such a request.
  const isTransient = (error: unknown) =>
    hasAwsCode(error, "ResourceConflictException") ||
    (hasAwsCode(error, "ResourceNotFoundException") && Date.now() < deadline);
  try {
    await retryTransient({ time: ACTIVE_TIME, signal, isTransient }, () =>
      awsRequest("lambda:DeleteFunction", { signal }, (options) =>
        lambda.deleteFunction({ FunctionName: name }, options),
      ),
    );
  } catch (error) {
    if (!hasAwsCode(error, "ResourceNotFoundException")) throw error;
  }
}

/**
 * Sets executions aside for a function, which never has more of them. They are free again when it is
 * deleted.
 *
 * @throws {@link AwsRequestError} where the account has too few.
 */
export async function reserveConcurrency(
  { clients, signal }: AwsScope,
  name: string,
  executions: number,
): Promise<void> {
  const lambda = await clients.lambda();
  // "Conflict": the function is still being changed.
  const isTransient = (error: unknown) => hasAwsCode(error, "ResourceConflictException");
  await retryTransient({ time: ACTIVE_TIME, signal, isTransient }, () =>
    awsRequest("lambda:PutFunctionConcurrency", { signal }, (options) =>
      lambda.putFunctionConcurrency(
        { FunctionName: name, ReservedConcurrentExecutions: executions },
        options,
      ),
    ),
  );
}

async function requestFunction({ clients, signal }: AwsScope, spec: FunctionSpec): Promise<string> {
  const lambda = await clients.lambda();
  try {
    const { FunctionArn } = await awsRequest(
      "lambda:CreateFunction",
      { signal, time: UPLOAD_TIME },
      (options) =>
        lambda.createFunction(
          {
            ...spec.others,
            FunctionName: spec.name,
            Role: spec.roleArn,
            Code: codeOf(spec.zip),
            Handler: spec.handler,
            Runtime: spec.runtime as Runtime,
            Architectures: [spec.architecture],
            MemorySize: spec.memorySize,
            Timeout: spec.timeoutSeconds,
            Environment: { Variables: { ...spec.env } },
            Description: spec.description,
            Tags: { ...spec.others?.Tags, ...spec.tags },
            ...(spec.layers === undefined
              ? {}
              : { Layers: [...(spec.others?.Layers ?? []), ...spec.layers] }),
            ...(spec.ephemeralStorageSize === undefined
              ? {}
              : { EphemeralStorage: { Size: spec.ephemeralStorageSize } }),
            ...(spec.vpc === undefined ? {} : { VpcConfig: vpcConfig(spec.vpc) }),
          },
          options,
        ),
    );
    return FunctionArn ?? "";
  } catch (error) {
    if (!hasAwsCode(error, "ResourceConflictException")) throw error;
    const { FunctionArn } = await awsRequest(
      "lambda:GetFunctionConfiguration",
      { signal },
      (options) => lambda.getFunctionConfiguration({ FunctionName: spec.name }, options),
    );
    return FunctionArn ?? "";
  }
}

function codeOf(zip: FunctionSpec["zip"]) {
  return zip instanceof Uint8Array ? { ZipFile: zip } : { S3Bucket: zip.bucket, S3Key: zip.key };
}

function vpcConfig({ subnetIds, securityGroupIds }: FunctionSpec["vpc"] & {}) {
  return { SubnetIds: [...subnetIds], SecurityGroupIds: [...securityGroupIds] };
}

/**
 * A role is not known to Lambda, nor to the key service that guards the environment, at once. No
 * other words tell it from a mistake, so a mistake of the role's is reported after the same while.
 */
function isRoleNotReady(error: unknown): boolean {
  return hasAwsCode(error, "InvalidParameterValueException") && /\brole\b|KMS/i.test(error.message);
}

/** A layer version that has just been published may not be known everywhere, either. */
function isNotReady(error: unknown): boolean {
  if (isRoleNotReady(error)) return true;
  return (
    hasAwsCode(error, "InvalidParameterValueException", "ResourceNotFoundException") &&
    /\blayer version\b/i.test(error.message)
  );
}

/** A function that cannot be invoked yet. */
class PendingFunction extends Error {}

/**
 * The SDK's own waiter prints to the console, and waits for as long as it may although it is told that
 * nobody may look.
 */
async function awaitActive(scope: AwsScope, name: string): Promise<void> {
  const isTransient = (error: unknown) =>
    error instanceof PendingFunction || hasAwsCode(error, "ResourceNotFoundException");
  const { signal } = scope;
  const rule = { time: ACTIVE_TIME, longestDelay: LONGEST_LOOK, signal, isTransient };
  try {
    await retryTransient(rule, () => checkActive(scope, name));
  } catch (error) {
    if (!(error instanceof PendingFunction)) throw error;
    throw new FaastCreateFunctionError(error.message, { cause: error });
  }
}

async function checkActive({ clients, signal }: AwsScope, name: string): Promise<void> {
  const lambda = await clients.lambda();
  const { Configuration = {} } = await awsRequest("lambda:GetFunction", { signal }, (options) =>
    lambda.getFunction({ FunctionName: name }, options),
  );
  const { State, StateReason, StateReasonCode } = Configuration;
  if (State === "Active") return;
  const detail = [StateReason, StateReasonCode].filter((each) => each !== undefined).join(", ");
  const message = `The Lambda function ${name} was created but did not become ready: it is ${State ?? "in an unknown state"}${detail === "" ? "" : ` (${detail})`}.`;
  throw State === "Failed" ? new FaastCreateFunctionError(message) : new PendingFunction(message);
}
