import type { PolicyDocument, PolicyScope, PolicyStatement } from "./policy-document.js";
import { resourceNames, type ResourceNames } from "./resource-names.js";
import { ADMINISTRATOR_ROLE, CACHED_ROLE, administratorPolicy } from "./role-names.js";

/** What the caller's jobs are like. */
export interface CallerPolicyOptions extends PolicyScope {
  /**
   * The execution role of the caller's own that the option `RoleName` names: the policy then lets the
   * caller use it, and make no roles. The name alone is taken for the whole of its ARN: where the role has
   * a path, the resources of the statements `Roles` and `RolesForLambda` have to be replaced by its ARN,
   * since a pattern for any path would also fit other roles whose names end alike. Default: the caller makes
   * the roles that its jobs need.
   */
  readonly RoleName?: string | undefined;
  /** As the option of that name. Default: `"least-privilege"`. */
  readonly rolePolicy?: "least-privilege" | "administrator" | undefined;
  /** Whether functions are put into a VPC. Default: false. */
  readonly vpc?: boolean | undefined;
}

/**
 * The policy that whoever calls `faast("aws")` needs: for every mode, and for what `cleanup()` removes.
 *
 * Who may make a role may give it any permission, and so have it by way of a function. Where the caller
 * must not, an administrator makes the role (with {@link executionPolicy}), and the caller names it.
 *
 * @example
 * ```ts
 * import { callerPolicy } from "@faast/aws";
 * const policy = callerPolicy({ region: "eu-central-1", account: "123456789012", RoleName: "ours" });
 * console.log(JSON.stringify(policy, undefined, 2));
 * ```
 */
export function callerPolicy(options: CallerPolicyOptions = {}): PolicyDocument {
  const names = resourceNames(options);
  return {
    Version: "2012-10-17",
    Statement: [
      ...roleStatements(names, options),
      ...functionStatements(names),
      ...dataStatements(names),
      ...(options.vpc === true ? [vpcStatement] : []),
    ],
  };
}

function roleStatements(names: ResourceNames, options: CallerPolicyOptions): PolicyStatement[] {
  const { RoleName = CACHED_ROLE, rolePolicy = "least-privilege" } = options;
  const own = RoleName !== CACHED_ROLE;
  const roles = own
    ? names.role(RoleName)
    : [names.role(CACHED_ROLE), names.role(`${CACHED_ROLE}-*`)];
  const make = ["iam:CreateRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:TagRole"];
  const statements: PolicyStatement[] = [
    {
      Sid: "Roles",
      Effect: "Allow",
      Action: own ? ["iam:GetRole"] : ["iam:GetRole", ...make].sort(),
      Resource: roles,
    },
    {
      Sid: "RolesForLambda",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: roles,
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
  ];
  if (rolePolicy !== "administrator") return statements;
  const administrator = names.role(ADMINISTRATOR_ROLE);
  const policy = administratorPolicy(names.partition);
  return [
    ...statements,
    {
      Sid: "AdministratorRole",
      Effect: "Allow",
      Action: ["iam:AttachRolePolicy"],
      Resource: administrator,
      Condition: { ArnEquals: { "iam:PolicyARN": policy } },
    },
    {
      Sid: "AdministratorRolePolicies",
      Effect: "Allow",
      Action: ["iam:ListAttachedRolePolicies"],
      Resource: administrator,
    },
  ];
}

function functionStatements({ functions, layers, logGroups }: ResourceNames): PolicyStatement[] {
  return [
    {
      Sid: "Functions",
      Effect: "Allow",
      Action: [
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:TagResource",
      ],
      Resource: functions,
    },
    {
      Sid: "Layers",
      Effect: "Allow",
      Action: [
        "lambda:DeleteLayerVersion",
        "lambda:GetLayerVersion",
        "lambda:ListLayerVersions",
        "lambda:PublishLayerVersion",
      ],
      Resource: layers,
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: [
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
      ],
      Resource: logGroups,
    },
  ];
}

function dataStatements({ queues, topics, buckets, objects }: ResourceNames): PolicyStatement[] {
  return [
    {
      Sid: "Queues",
      Effect: "Allow",
      Action: [
        "sqs:CreateQueue",
        "sqs:DeleteMessage",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "sqs:TagQueue",
      ],
      Resource: queues,
    },
    {
      Sid: "Topics",
      Effect: "Allow",
      Action: [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:Publish",
        "sns:Subscribe",
        "sns:TagResource",
      ],
      Resource: topics,
    },
    {
      Sid: "Buckets",
      Effect: "Allow",
      Action: [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:ListBucket",
        "s3:PutBucketTagging",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
      ],
      Resource: buckets,
    },
    {
      Sid: "Objects",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
      Resource: objects,
    },
  ];
}

/** Lambda looks at the VPC in the caller's name. */
const vpcStatement: PolicyStatement = {
  Sid: "Vpc",
  Effect: "Allow",
  Action: ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
  Resource: "*",
};
