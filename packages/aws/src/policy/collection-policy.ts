import type { PolicyDocument, PolicyScope } from "./policy-document.js";
import { resourceNames } from "./resource-names.js";
import { CACHED_ROLE } from "./role-names.js";

/**
 * The policy that whoever collects leftovers needs: `faast ls aws`, `faast cleanup aws`, and the option
 * `gc`. It is enough by itself, without that of {@link callerPolicy}.
 *
 * @example
 * ```ts
 * import { collectionPolicy } from "@faast/aws";
 * console.log(JSON.stringify(collectionPolicy({ region: "eu-central-1" }), undefined, 2));
 * ```
 */
export function collectionPolicy(scope: PolicyScope = {}): PolicyDocument {
  const { functions, layers, logGroups, queues, topics, buckets, objects } = resourceNames(scope);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        // IAM knows no resources for most of these.
        Sid: "ListLeftovers",
        Effect: "Allow",
        Action: [
          "lambda:ListFunctions",
          "lambda:ListLayers",
          "logs:DescribeLogGroups",
          "s3:ListAllMyBuckets",
          "sns:ListTopics",
          "sqs:ListQueues",
        ],
        Resource: "*",
      },
      {
        Sid: "LeftoverFunctions",
        Effect: "Allow",
        Action: ["lambda:DeleteFunction", "lambda:GetFunction", "lambda:ListTags"],
        Resource: functions,
      },
      {
        Sid: "LeftoverLayers",
        Effect: "Allow",
        Action: ["lambda:DeleteLayerVersion", "lambda:GetLayerVersion", "lambda:ListLayerVersions"],
        Resource: layers,
      },
      {
        Sid: "LeftoverLogs",
        Effect: "Allow",
        Action: ["logs:DeleteLogGroup", "logs:ListTagsForResource"],
        Resource: logGroups,
      },
      {
        Sid: "LeftoverQueues",
        Effect: "Allow",
        Action: ["sqs:DeleteQueue", "sqs:ListQueueTags"],
        Resource: queues,
      },
      {
        Sid: "LeftoverTopics",
        Effect: "Allow",
        Action: ["sns:DeleteTopic", "sns:ListTagsForResource"],
        Resource: topics,
      },
      {
        Sid: "LeftoverBuckets",
        Effect: "Allow",
        Action: ["s3:DeleteBucket", "s3:GetBucketTagging", "s3:ListBucket"],
        Resource: buckets,
      },
      {
        Sid: "LeftoverObjects",
        Effect: "Allow",
        Action: ["s3:DeleteObject"],
        Resource: objects,
      },
    ],
  };
}

/**
 * The policy that whoever deletes roles needs beside that of {@link collectionPolicy}:
 * `faast cleanup aws --all-regions --caches`.
 */
export function roleCollectionPolicy(scope: PolicyScope = {}): PolicyDocument {
  const names = resourceNames(scope);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ListRoles",
        Effect: "Allow",
        Action: ["iam:ListRoles"],
        Resource: "*",
      },
      {
        Sid: "CachedRoles",
        Effect: "Allow",
        Action: [
          "iam:DeleteRole",
          "iam:DeleteRolePolicy",
          "iam:DetachRolePolicy",
          "iam:GetRole",
          "iam:ListAttachedRolePolicies",
          "iam:ListRolePolicies",
        ],
        Resource: names.role(`${CACHED_ROLE}*`),
      },
    ],
  };
}
