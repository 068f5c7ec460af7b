import { types } from "node:util";
import { FaastProviderError, log } from "@faast/core/provider";
import { onAbort } from "./abort-listeners.js";

/** Milliseconds that one operation may take, with the SDK's own retries, where nothing else is said. */
const OPERATION_TIME = 120_000;

/** Actions that a policy knows by another name than the operation's. */
const actionNames: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:DeleteObjects": "s3:DeleteObject",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

const deniedCodes = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
]);

const credentialCodes = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** What the SDK tells of a failure, as far as it tells it. */
interface SdkError extends Error {
  readonly code?: string;
  readonly Code?: string;
  readonly $metadata?: {
    readonly requestId?: string;
    readonly httpStatusCode?: number;
    readonly attempts?: number;
  };
}

/** An operation of AWS failed: which, why, and what to do where that is known. */
export class AwsRequestError extends FaastProviderError {
  /** Service and operation, such as `lambda:CreateFunction`. */
  readonly operation: string;
  /** AWS's name of the failure, such as `ResourceNotFoundException`; or that of a network failure. */
  readonly awsCode: string;
  readonly requestId: string | undefined;
  /** The status of the HTTP response, where there was one. */
  readonly statusCode: number | undefined;

  constructor(operation: string, error: SdkError) {
    super(sentence(operation, error), { cause: error });
    this.operation = operation;
    this.awsCode = codeOf(error);
    this.requestId = error.$metadata?.requestId;
    this.statusCode = error.$metadata?.httpStatusCode;
  }
}

/** How long an operation may take. */
export interface RequestLimits {
  /** Fires when nobody waits for the operation any more; the failure is then the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, at most. Default: two minutes. */
  readonly time?: number | undefined;
}

/**
 * Does one operation of an SDK client. It ends in time, whatever the service does; what fails, fails
 * with an {@link AwsRequestError}.
 *
 * @param operation - Service and operation, as a policy would name them: `lambda:CreateFunction`.
 *
 * @example
 * ```ts
 * const { QueueUrl } = await awsRequest("sqs:CreateQueue", { signal }, (options) =>
 *   sqs.createQueue({ QueueName: "faast-1" }, options),
 * );
 * ```
 */
export async function awsRequest<T>(
  operation: string,
  { signal, time = OPERATION_TIME }: RequestLimits,
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const start = Date.now();
  const tell = (outcome: string) =>
    log.awssdk("%s: %s after %d ms", operation, outcome, Date.now() - start);
  const controller = new AbortController();
  let giveUp!: () => void;
  let timer!: NodeJS.Timeout;
  // The SDK sleeps between its retries without looking at the signal, so the race is ours.
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal?.reason);
    timer = setTimeout(() => reject(overdue(time)), time);
  });
  const forget = signal && onAbort(signal, giveUp);
  try {
    const answer = await Promise.race([send({ abortSignal: controller.signal }), givenUp]);
    tell("ok");
    return answer;
  } catch (error) {
    tell(types.isNativeError(error) ? codeOf(error) : "given up");
    controller.abort();
    signal?.throwIfAborted();
    throw types.isNativeError(error) ? new AwsRequestError(operation, error) : error;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}

/** Whether AWS gave the failure one of these names. */
export function hasAwsCode(error: unknown, ...codes: readonly string[]): error is AwsRequestError {
  return error instanceof AwsRequestError && codes.includes(error.awsCode);
}

/**
 * Whether the service itself has refused this very operation, or there was nobody to ask as, so that nothing
 * came of it. False where it was tried before: an answer to that may have been lost.
 */
export function isRefusal(error: unknown, operation: string): boolean {
  if (!(error instanceof AwsRequestError) || error.operation !== operation) return false;
  const { awsCode, statusCode = 0, cause } = error;
  if (awsCode === "CredentialsProviderError") return true;
  const { attempts = 1 } = (cause as SdkError).$metadata ?? {};
  return attempts === 1 && statusCode >= 400 && statusCode < 500;
}

/** Whether the credentials in use do not permit the operation. */
export function isAccessDenied(error: unknown): error is AwsRequestError {
  return error instanceof AwsRequestError && (deniedCodes.has(error.awsCode) || isForbidden(error));
}

/** S3 tells nothing but the status of some requests. */
const isForbidden = ({ awsCode, statusCode }: AwsRequestError) =>
  statusCode === 403 &&
  (awsCode === "Forbidden" || awsCode === "403" || awsCode === "UnknownError");

function sentence(operation: string, error: SdkError): string {
  const code = codeOf(error);
  const { requestId, httpStatusCode } = error.$metadata ?? {};
  const known = [
    code,
    httpStatusCode === undefined ? "" : `HTTP ${httpStatusCode}`,
    requestId === undefined ? "" : `request ${requestId}`,
  ].filter((each) => each !== "");
  const reason = error.message.trim().replace(/\.$/, "") || "no reason was given";
  const said = `AWS operation ${operation} failed: ${reason} (${known.join(", ")}).`;
  if (deniedCodes.has(code) || httpStatusCode === 403) {
    if (!credentialCodes.has(code)) return `${said} ${permissionAdvice(operation, reason)}`;
  }
  if (credentialCodes.has(code)) {
    return `${said} Check the AWS credentials: "aws sts get-caller-identity" shows whether they are accepted; AWS_PROFILE selects others.`;
  }
  if (error.code === "ERR_INVALID_URL") {
    return `${said} Check the endpoint, in the option "clientConfig" or in AWS_ENDPOINT_URL: it must be a URL, such as "https://aws.example.com".`;
  }
  return said;
}

function permissionAdvice(operation: string, reason: string): string {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(reason)?.[1];
  const expected = actionNames[operation] ?? operation;
  // SNS writes its own name in capitals, and SQS those of its actions in small letters.
  const permission =
    named === undefined || named.toLowerCase() === expected.toLowerCase() ? expected : named;
  if (/explicit deny/i.test(reason)) {
    return `A policy denies "${permission}" explicitly, which no permission outweighs: ask whoever wrote it, for the account or its organization.`;
  }
  return `The permission "${permission}" is missing: add it to a policy of the identity whose credentials are in use.`;
}

function overdue(time: number): Error {
  return Object.assign(new Error(`no answer within ${time / 1000} s`), { name: "TimeoutError" });
}

/** AWS's name, or the operating system's where the request never arrived. */
function codeOf(error: SdkError): string {
  return (error.name === "Error" && (error.code ?? error.Code)) || error.name;
}
