import type { CommonOptions } from "@faast/core";
import {
  choiceOption,
  numberOption,
  option,
  stringOption,
  type ProviderOptionTable,
} from "@faast/core/provider";

/** Options of the `aws` provider: the common ones, and these. */
export interface AwsOptions extends CommonOptions {
  /** Where the function runs. Default: `AWS_REGION`, then the shared configuration, then `us-west-2`. */
  region?: string;
  /**
   * The execution role. The default is created where it is missing, with least privilege, and kept; a
   * role of another name must exist, and is never modified. Default: `"faast-cached-lambda-role"`.
   */
  RoleName?: string;
  /** Lambda's runtime. Default: the current Node's major, where Lambda has it. */
  runtime?: string;
  /** The processor. Default: `"arm64"`, which costs a fifth less for the same memory and time. */
  architecture?: "arm64" | "x86_64";
  /**
   * In queue mode, how calls reach the function: by a notification (SNS), or by asynchronous invocation,
   * which also tells when an execution ends without a word. Default: `"event"`.
   */
  queueDispatch?: "sns" | "event";
  /** Configuration passed to every AWS client: credentials, endpoint and so on. Default: none. */
  clientConfig?: Record<string, unknown>;
}

declare module "@faast/core" {
  interface ProviderOptions {
    aws: AwsOptions;
  }
}

/** The role that is created where it is missing. */
export const DEFAULT_ROLE = "faast-cached-lambda-role";

/** Node majors that Lambda runs: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html */
const lambdaMajors = [22, 24];

function defaultRuntime(): string {
  const major = Number(process.versions.node.split(".")[0]);
  // Of those that Lambda still lets be created, the nearest to what the caller runs.
  const nearest = [...lambdaMajors].sort((a, b) => Math.abs(a - major) - Math.abs(b - major))[0];
  return `nodejs${nearest}.x`;
}

const isRecord = (value: unknown) => Object.prototype.toString.call(value) === "[object Object]";

export const awsOptionTable: ProviderOptionTable<AwsOptions> = {
  defaults: {
    memorySize: 1728,
  },
  own: {
    region: stringOption(""),
    RoleName: stringOption(DEFAULT_ROLE),
    runtime: option(
      defaultRuntime(),
      (value) => typeof value === "string" && /^nodejs\d+\.x$/.test(value),
      'the name of a Node runtime of Lambda, such as "nodejs24.x"',
    ),
    architecture: choiceOption("arm64", ["arm64", "x86_64"]),
    queueDispatch: choiceOption("event", ["sns", "event"]),
    clientConfig: option({}, isRecord, "an object of AWS client configuration"),
  },
};

/** Bounds of Lambda that are checked before anything is asked of it. */
export const lambdaLimits = {
  /** MB: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
  memorySize: numberOption(1728, { min: 128, max: 10_240, integer: true, unit: "MB" }),
  /** Seconds, less the reserve in which our own answer precedes Lambda's time-out. */
  timeout: numberOption(60, { min: 0.001, max: 890, unit: "seconds" }),
};
