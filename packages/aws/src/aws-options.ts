import type { CommonOptions } from "@faast/core";
import {
  choiceOption,
  numberOption,
  option,
  stringOption,
  type ProviderOptionTable,
} from "@faast/core/provider";
import type { AwsLambdaOptions } from "./aws-lambda-options.js";
import type { PolicyStatement } from "./policy/policy-document.js";
import { isPolicyStatement } from "./policy/statement-check.js";
import { CACHED_ROLE } from "./policy/role-names.js";
import { nodeMajors, quotas } from "./quotas.js";

/** A VPC of the user's own, as Lambda is told of it. */
export interface AwsVpc {
  /** Subnets in which functions get their network interfaces: 1 to 16, all of one VPC. */
  readonly subnetIds: readonly string[];
  /** Security groups of those interfaces: 1 to 5. */
  readonly securityGroupIds: readonly string[];
}

/** Options of the `aws` provider: the common ones, and these. */
export interface AwsOptions extends CommonOptions {
  /**
   * Where the function runs: any region, such as `"eu-central-1"`. Default: `AWS_REGION`, then the shared
   * configuration, then `us-west-2`.
   */
  region?: string;
  /**
   * The execution role. The default is created where it is missing, with least privilege, and kept; a
   * role of another name must exist, and is never modified. Default: `"faast-cached-lambda-role"`.
   */
  RoleName?: string;
  /**
   * What functions may do beyond what they need for themselves: statements of an IAM policy. Jobs with the
   * same ones share a role of their own, `faast-cached-lambda-role-<hash>`, which is created where it is
   * missing, and kept. Not with a `RoleName`. Default: none.
   *
   * @example
   * ```ts
   * import type { AwsOptions } from "@faast/aws";
   * const options: AwsOptions = {
   *   policyStatements: [
   *     { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::my-images/*" },
   *   ],
   * };
   * ```
   */
  policyStatements?: readonly PolicyStatement[];
  /**
   * `"administrator"`: functions may do everything in the account, by a role of its own name,
   * `faast-cached-lambda-role-administrator`; a warning says so. Not with a `RoleName`. Default:
   * `"least-privilege"`.
   */
  rolePolicy?: "least-privilege" | "administrator";
  /**
   * Lambda's runtime, of Node 22 or newer. Default: the current Node's major, or the nearest that Lambda
   * has.
   */
  runtime?: string;
  /** The processor. Default: `"arm64"`, which costs a fifth less for the same memory and time. */
  architecture?: "arm64" | "x86_64";
  /** MB of `/tmp`, from 512 to 10,240. Beyond 512, Lambda charges for it. Default: 512. */
  ephemeralStorageSize?: number;
  /**
   * Connects the functions to a VPC. Their role is then one that lets Lambda make network interfaces; one
   * of the user's own (`RoleName`) must do so. Functions have no way to the internet there, nor to the
   * job's queues and bucket, unless the VPC has one: a NAT gateway, or endpoints of SQS and S3. Default:
   * none.
   */
  vpc?: AwsVpc | undefined;
  /**
   * Executions at the same time that are set aside for the function, out of those of the account, and more
   * than which it never has; 0: none are. Default: 0.
   */
  reservedConcurrency?: number;
  /**
   * In queue mode, how calls reach the function: by a notification (SNS), or by asynchronous invocation,
   * which also tells when an execution ends without a word. Default: `"event"`.
   */
  queueDispatch?: "sns" | "event";
  /**
   * Inputs of Lambda's CreateFunction for which there is no option: `Layers`, `Tags`, `TracingConfig`,
   * `FileSystemConfigs`, `KMSKeyArn` and so on, as the SDK takes them. Default: none.
   */
  awsLambdaOptions?: AwsLambdaOptions;
  /** Configuration passed to every AWS client: credentials, endpoint and so on. Default: none. */
  clientConfig?: Record<string, unknown>;
}

declare module "@faast/core" {
  interface ProviderOptions {
    aws: AwsOptions;
  }
}

/** The role that is created where it is missing. */
export const DEFAULT_ROLE = CACHED_ROLE;

function defaultRuntime(): string {
  const major = Number(process.versions.node.split(".")[0]);
  // Of those that Lambda still lets be created, the nearest to what the caller runs.
  const nearest = [...nodeMajors.values].sort(
    (a, b) => Math.abs(a - major) - Math.abs(b - major),
  )[0];
  return `nodejs${nearest}.x`;
}

const isRuntime = (value: unknown) => {
  const major = typeof value === "string" ? /^nodejs(\d+)\.x$/.exec(value)?.[1] : undefined;
  // Those to come are for Lambda to judge.
  return Number(major) >= Math.min(...nodeMajors.values);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === "[object Object]";

const isIdList = (value: unknown, prefix: string, most: number) =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= most &&
  value.every((each) => typeof each === "string" && each.startsWith(prefix));

const isVpc = (value: unknown) =>
  value === undefined ||
  (isRecord(value) &&
    Object.keys(value).every((key) => key === "subnetIds" || key === "securityGroupIds") &&
    isIdList(value.subnetIds, "subnet-", quotas.vpcSubnets.value) &&
    isIdList(value.securityGroupIds, "sg-", quotas.vpcSecurityGroups.value));

export const awsOptionTable: ProviderOptionTable<AwsOptions> = {
  defaults: {
    memorySize: 1728,
  },
  own: {
    region: stringOption(""),
    RoleName: stringOption(DEFAULT_ROLE),
    policyStatements: option(
      [],
      (value) => Array.isArray(value) && value.every(isPolicyStatement),
      'a list of IAM policy statements: { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:…"] }',
    ),
    rolePolicy: choiceOption("least-privilege", ["least-privilege", "administrator"]),
    runtime: option(
      defaultRuntime(),
      isRuntime,
      `a Node runtime with which Lambda lets functions be created, such as ${nodeMajors.values.map((each) => `"nodejs${each}.x"`).join(" or ")}`,
    ),
    architecture: choiceOption("arm64", ["arm64", "x86_64"]),
    ephemeralStorageSize: numberOption(quotas.leastEphemeralStorage.value, {
      min: quotas.leastEphemeralStorage.value,
      max: quotas.mostEphemeralStorage.value,
      integer: true,
      unit: "MB",
    }),
    vpc: option(
      undefined,
      isVpc,
      `{ subnetIds: ["subnet-…"], securityGroupIds: ["sg-…"] }, with 1 to ${quotas.vpcSubnets.value} and 1 to ${quotas.vpcSecurityGroups.value} of them`,
    ),
    reservedConcurrency: numberOption(0, { min: 0, integer: true, unit: "executions" }),
    queueDispatch: choiceOption("event", ["sns", "event"]),
    awsLambdaOptions: option({}, isRecord, "an object of inputs of Lambda's CreateFunction"),
    clientConfig: option({}, isRecord, "an object of AWS client configuration"),
  },
};

/** Bounds of Lambda that are checked before anything is asked of it. */
export const lambdaLimits = {
  memorySize: numberOption(1728, {
    min: quotas.leastMemory.value,
    max: quotas.mostMemory.value,
    integer: true,
    unit: "MB",
  }),
  /** Less the reserve in which our own answer precedes Lambda's time-out. */
  timeout: numberOption(60, {
    min: 0.001,
    max: quotas.longestTimeout.value - 10,
    unit: "seconds",
  }),
};
