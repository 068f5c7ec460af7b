import { partitionOf } from "../partition.js";

/** What Lambda tells a function of itself, by environment variables that are always set. */
export const lambdaEnvironment = {
  get region(): string {
    return process.env.AWS_REGION ?? "us-east-1";
  },
  get functionName(): string {
    return process.env.AWS_LAMBDA_FUNCTION_NAME ?? "unknown";
  },
  get logStream(): string {
    return process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? "";
  },
};

/** The endpoint of a service: AWS's own, unless the standard variables name another. */
export function endpointOf(service: "sqs" | "s3"): string {
  const own =
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env.AWS_ENDPOINT_URL;
  const { region } = lambdaEnvironment;
  return own ?? `https://${service}.${region}.${partitionOf(region).dnsSuffix}`;
}
