/** A limit of AWS's, and where it is written. */
export interface Quota {
  readonly value: number;
  readonly unit:
    "bytes" | "characters" | "days" | "MB" | "messages" | "milliseconds" | "seconds" | "things";
  readonly source: string;
  /** The month in which the source said so. */
  readonly asOf: `${number}-${number}`;
}

const LAMBDA_LIMITS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const CREATE_FUNCTION = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";
const INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html";
const RUNTIME = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html";
const EVENT_INVOKE =
  "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html";
const SQS_LIMITS =
  "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html";
const SQS_RECEIVE =
  "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html";
const SNS_LARGE = "https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html";
const IAM_LIMITS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const TAGS =
  "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";
const RETENTION =
  "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html";

const asOf = "2026-11";

/** Every limit of AWS's that the provider keeps to, or tells of before AWS would. */
export const quotas = {
  leastMemory: { value: 128, unit: "MB", source: CREATE_FUNCTION, asOf },
  mostMemory: { value: 10_240, unit: "MB", source: CREATE_FUNCTION, asOf },
  /** Of `/tmp`. */
  leastEphemeralStorage: { value: 512, unit: "MB", source: CREATE_FUNCTION, asOf },
  mostEphemeralStorage: { value: 10_240, unit: "MB", source: CREATE_FUNCTION, asOf },
  longestTimeout: { value: 900, unit: "seconds", source: LAMBDA_LIMITS, asOf },
  /** For an environment to start, and to load the handler. */
  initTime: { value: 10, unit: "seconds", source: RUNTIME, asOf },
  description: { value: 256, unit: "characters", source: CREATE_FUNCTION, asOf },
  /** All names and values of environment variables. */
  environment: { value: 4096, unit: "bytes", source: LAMBDA_LIMITS, asOf },
  /** Request and response of a synchronous invocation. */
  syncPayload: { value: 6_291_456, unit: "bytes", source: LAMBDA_LIMITS, asOf },
  asyncPayload: { value: 1_048_576, unit: "bytes", source: INVOKE, asOf },
  /** How long an asynchronous invocation may wait for its turn, at least. */
  leastEventAge: { value: 60, unit: "seconds", source: EVENT_INVOKE, asOf },
  /**
   * A zip archive in the request itself, base64 not counted. The page says 50 MB, which is taken for the
   * smaller of what that may mean; what is larger goes by a bucket.
   */
  directZip: { value: 50_000_000, unit: "bytes", source: LAMBDA_LIMITS, asOf },
  /** The archive, unpacked, with all layers. */
  unzippedCode: { value: 262_144_000, unit: "bytes", source: LAMBDA_LIMITS, asOf },
  layers: { value: 5, unit: "things", source: LAMBDA_LIMITS, asOf },
  vpcSubnets: {
    value: 16,
    unit: "things",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html",
    asOf,
  },
  vpcSecurityGroups: {
    value: 5,
    unit: "things",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html",
    asOf,
  },
  /** A queue's message, where the queue's attribute asks for so much. */
  queueMessage: { value: 1_048_576, unit: "bytes", source: SQS_LIMITS, asOf },
  longestPoll: { value: 20, unit: "seconds", source: SQS_RECEIVE, asOf },
  messageBatch: { value: 10, unit: "messages", source: SQS_RECEIVE, asOf },
  /** A notification, of any topic. */
  usualNotification: { value: 262_144, unit: "bytes", source: SNS_LARGE, asOf },
  /** A notification, where the topic's attribute asks for so much. */
  largestNotification: { value: 1_048_576, unit: "bytes", source: SNS_LARGE, asOf },
  /** All policies that are part of a role, white space not counted. */
  rolePolicies: { value: 10_240, unit: "characters", source: IAM_LIMITS, asOf },
  tagValue: { value: 256, unit: "characters", source: TAGS, asOf },
} as const satisfies Record<string, Quota>;

/** Days for which CloudWatch can keep the lines of a log group: these, and no others. */
export const logRetention = {
  values: [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
  ],
  unit: "days",
  source: RETENTION,
  asOf,
} as const;

/**
 * The majors of Node with which Lambda lets functions be created. Creation with `nodejs20.x` has been
 * blocked since 31 August 2026.
 */
export const nodeMajors = {
  values: [22, 24],
  source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
  asOf,
} as const;
