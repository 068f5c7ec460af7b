import { partitionOf } from "../partition.js";
import type { PolicyScope } from "./policy-document.js";

/** ARNs of what bears the name of a job, or is kept for the jobs to come. */
export interface ResourceNames {
  readonly partition: string;
  readonly buckets: string;
  readonly functions: string;
  readonly layers: string;
  readonly logGroups: string;
  readonly objects: string;
  readonly queues: string;
  readonly topics: string;
  role(name: string): string;
}

export function resourceNames(scope: PolicyScope): ResourceNames {
  const { region = "*", account = "*", partition = partitionOf(region).name } = scope;
  const arn = `arn:${partition}`;
  const place = `${region}:${account}`;
  return {
    partition,
    buckets: `${arn}:s3:::faast-*`,
    functions: `${arn}:lambda:${place}:function:faast-*`,
    layers: `${arn}:lambda:${place}:layer:faast-*`,
    logGroups: `${arn}:logs:${place}:log-group:/aws/lambda/faast-*`,
    objects: `${arn}:s3:::faast-*/*`,
    queues: `${arn}:sqs:${place}:faast-*`,
    topics: `${arn}:sns:${place}:faast-*`,
    role: (name) => `${arn}:iam::${account}:role/${name}`,
  };
}
