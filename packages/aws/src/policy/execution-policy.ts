import type { PolicyDocument, PolicyScope, PolicyStatement } from "./policy-document.js";
import { resourceNames } from "./resource-names.js";

/** Lambda, and nobody else, may run with the role. */
export const trustPolicy = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
};

/** What functions are to be permitted. */
export interface ExecutionPolicyOptions extends PolicyScope {
  /** Whether they are put into a VPC: Lambda then makes network interfaces for them. Default: false. */
  readonly vpc?: boolean | undefined;
  /** What they are permitted beyond what they need for themselves. Default: nothing. */
  readonly policyStatements?: readonly PolicyStatement[] | undefined;
}

/**
 * The policy that the functions of a job need: for a role of your own (`RoleName`). The role that is made
 * where you name none has this one, too.
 *
 * Log groups are not among what functions may create: the job makes its own, with an expiry, and once the
 * job has removed it, a late line of a function must not bring it back.
 *
 * @example
 * ```ts
 * import { executionPolicy } from "@faast/aws";
 * console.log(JSON.stringify(executionPolicy({ region: "eu-central-1" }), undefined, 2));
 * ```
 */
export function executionPolicy(options: ExecutionPolicyOptions = {}): PolicyDocument {
  const { vpc = false, policyStatements = [] } = options;
  const names = resourceNames(options);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Logs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: names.logGroups,
      },
      {
        Sid: "Queues",
        Effect: "Allow",
        Action: [
          "sqs:SendMessage",
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
        ],
        Resource: names.queues,
      },
      {
        Sid: "Objects",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Resource: names.objects,
      },
      {
        // A result that is too large for a message is the first to need the job's bucket.
        Sid: "Bucket",
        Effect: "Allow",
        Action: ["s3:CreateBucket", "s3:TagResource"],
        Resource: names.buckets,
      },
      ...(vpc ? vpcStatements(names.functions) : []),
      ...policyStatements,
    ],
  };
}

/**
 * What Lambda does in the role's name to connect a function to a VPC
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html). IAM knows no resources for most
 * of it; so that it is Lambda's alone, the code of functions is denied it.
 */
function vpcStatements(functions: string): PolicyStatement[] {
  const actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ];
  return [
    { Sid: "NetworkInterfaces", Effect: "Allow", Action: actions, Resource: "*" },
    {
      Sid: "NetworkInterfacesByLambdaOnly",
      Effect: "Deny",
      Action: actions,
      Resource: "*",
      Condition: { ArnLike: { "lambda:SourceFunctionArn": functions } },
    },
  ];
}
