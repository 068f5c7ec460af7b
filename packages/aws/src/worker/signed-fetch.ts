import { AwsClient } from "aws4fetch";
import { lambdaEnvironment } from "./environment.js";

/**
 * Requests to AWS from within a function. Not by the SDK: two of its clients in the bundle cost a cold
 * start more than everything else does, for five simple operations.
 */
const clients = new Map<string, AwsClient>();

/** Milliseconds that a request may take beyond the wait that it asks for. */
const REQUEST_TIMEOUT = 30_000;

/** Sends a signed request; resolves with whatever the service answers. */
export function signedFetch(
  service: "sqs" | "s3",
  url: string,
  init: RequestInit & { wait?: number },
): Promise<Response> {
  const { wait = 0, ...rest } = init;
  const signal = AbortSignal.timeout(wait + REQUEST_TIMEOUT);
  return clientOf(service).fetch(url, { ...rest, signal });
}

function clientOf(service: string): AwsClient {
  // Lambda may hand out new credentials to a warm environment.
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN } = process.env;
  const key = `${service} ${AWS_ACCESS_KEY_ID}`;
  let client = clients.get(key);
  if (client === undefined) {
    client = new AwsClient({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
      service,
      region: lambdaEnvironment.region,
      retries: 4,
    });
    clients.set(key, client);
  }
  return client;
}
