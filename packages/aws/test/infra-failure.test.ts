import { getEventListeners } from "node:events";
import { format } from "node:util";
import { FaastError, log } from "@faast/core";
import {
  AwsRequestError,
  awsRequest,
  isAccessDenied,
  isRefusal,
} from "../dist/infra/aws-failure.js";
import { retryTransient } from "../dist/infra/backoff.js";
import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import { createQueue } from "../dist/infra/queue.js";
import { startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";

const emulator = useEmulator();
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error as AwsRequestError,
  );

describe("a failure of AWS", () => {
  it("names the operation, the code and the request", async () => {
    const clients = await createAwsClients(emulator);
    const lambda = await clients.lambda();
    const error = await caught(
      awsRequest("lambda:GetFunction", {}, (options) =>
        lambda.getFunction({ FunctionName: "not-there" }, options),
      ),
    );
    clients.destroy();
    expect(error).toBeInstanceOf(AwsRequestError);
    expect(error).toBeInstanceOf(FaastError);
    expect(error).toMatchObject({
      name: "AwsRequestError",
      code: "FAAST_PROVIDER",
      operation: "lambda:GetFunction",
      awsCode: "ResourceNotFoundException",
      statusCode: 404,
    });
    expect(error.message).toContain("lambda:GetFunction");
    expect(error.message).toContain(`request ${error.requestId}`);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.each([
    [
      "AccessDeniedException",
      "User: arn:aws:iam::1:user/x is not authorized to perform: iam:PassRole on resource: y",
      'permission "iam:PassRole" is missing',
    ],
    ["AccessDenied", "Access Denied", 'permission "s3:ListBucket" is missing'],
    ["Forbidden", "UnknownError", 'permission "s3:ListBucket" is missing'],
  ])("names the permission that is missing (%s)", async (name, message, expected) => {
    const refusal = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
    const error = await caught(awsRequest("s3:ListObjectsV2", {}, () => Promise.reject(refusal)));
    expect(error.message).toContain(expected);
    expect(isAccessDenied(error)).toBe(true);
  });

  const who = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform:";
  it.each([
    [
      "lambda:CreateFunction",
      `${who} lambda:CreateFunction on resource: arn:aws:lambda:us-west-2:123456789012:function:faast-1 because no identity-based policy allows the lambda:CreateFunction action`,
      "lambda:CreateFunction",
    ],
    ["lambda:Invoke", `${who} lambda:InvokeFunction on resource: x`, "lambda:InvokeFunction"],
    ["lambda:CreateFunction", `${who} lambda:TagResource on resource: x`, "lambda:TagResource"],
    [
      "lambda:CreateFunction",
      `${who} lambda:GetLayerVersion on resource: x`,
      "lambda:GetLayerVersion",
    ],
    ["iam:CreateRole", `${who} iam:CreateRole on resource: x`, "iam:CreateRole"],
    ["sqs:CreateQueue", `${who} sqs:createqueue on resource: x`, "sqs:CreateQueue"],
    ["sqs:SendMessageBatch", `${who} sqs:sendmessage on resource: x`, "sqs:SendMessage"],
    [
      "sqs:CreateQueue",
      "Access to the resource https://sqs.us-west-2.amazonaws.com/ is denied.",
      "sqs:CreateQueue",
    ],
    ["sns:CreateTopic", `${who} SNS:CreateTopic on resource: x`, "sns:CreateTopic"],
    ["logs:CreateLogGroup", `${who} logs:TagResource on resource: x`, "logs:TagResource"],
    ["s3:CreateBucket", `${who} s3:CreateBucket on resource: "x"`, "s3:CreateBucket"],
    ["s3:PutBucketLifecycleConfiguration", "Access Denied", "s3:PutLifecycleConfiguration"],
    ["s3:DeleteObjects", "Access Denied", "s3:DeleteObject"],
  ])(
    "names the permission for %s, in each service's words: %s",
    async (operation, message, name) => {
      const $metadata = { httpStatusCode: 403, requestId: "r-1" };
      const refusal = Object.assign(new Error(message), { name: "AccessDenied", $metadata });
      const error = await caught(awsRequest(operation, {}, () => Promise.reject(refusal)));
      expect(error.message).toContain(`The permission "${name}" is missing`);
      expect(error.message).toContain("request r-1");
    },
  );

  it("tells a permission that is denied from one that is missing", async () => {
    const message = `${who} iam:CreateRole on resource: x with an explicit deny in a service control policy`;
    const $metadata = { httpStatusCode: 403 };
    const refusal = Object.assign(new Error(message), { name: "AccessDenied", $metadata });
    const error = await caught(awsRequest("iam:CreateRole", {}, () => Promise.reject(refusal)));
    expect(error.message).toContain('A policy denies "iam:CreateRole" explicitly');
    expect(error.message).not.toContain("missing");
  });

  it("tells credentials that are not accepted from a missing permission", async () => {
    const refusal = Object.assign(new Error("The security token is invalid"), {
      name: "InvalidClientTokenId",
      $metadata: { httpStatusCode: 403 },
    });
    const error = await caught(awsRequest("iam:GetRole", {}, () => Promise.reject(refusal)));
    expect(error.message).toContain("Check the AWS credentials");
    expect(error.message).not.toContain("permission");
    expect(isAccessDenied(error)).toBe(false);
  });
});

it("of an endpoint that is no URL says where it is set", async () => {
  const clientConfig = { ...emulator.clientConfig, endpoint: "localhost" };
  const clients = await createAwsClients({ region: emulator.region, clientConfig });
  const error = await caught(
    awsRequest("iam:GetRole", {}, async (options) =>
      (await clients.iam()).getRole({ RoleName: "x" }, options),
    ),
  );
  clients.destroy();
  expect(error.message).toMatch(
    /Check the endpoint, in the option "clientConfig" or in AWS_ENDPOINT_URL/,
  );
});

describe("a refusal", () => {
  const failureOf = (httpStatusCode: number, attempts: number) =>
    caught(
      awsRequest("logs:CreateLogGroup", {}, () =>
        Promise.reject(
          Object.assign(new Error("no"), { name: "X", $metadata: { httpStatusCode, attempts } }),
        ),
      ),
    );

  it("is the service's own, of that operation, and of the first try: then nothing came of it", async () => {
    expect(isRefusal(await failureOf(403, 1), "logs:CreateLogGroup")).toBe(true);
    expect(isRefusal(await failureOf(403, 1), "logs:PutRetentionPolicy")).toBe(false);
    expect(isRefusal(await failureOf(500, 1), "logs:CreateLogGroup")).toBe(false);
    expect(isRefusal(await failureOf(429, 3), "logs:CreateLogGroup")).toBe(false);
    expect(isRefusal(new Error("given up"), "logs:CreateLogGroup")).toBe(false);
  });

  it("is also that there are no credentials: then nothing was asked", async () => {
    const error = await caught(
      awsRequest("logs:CreateLogGroup", {}, () =>
        Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" })),
      ),
    );
    expect(isRefusal(error, "logs:CreateLogGroup")).toBe(true);
  });
});

describe("a request", () => {
  let clients: AwsClients;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const proxy = await startProxy(emulator.endpoint, () => "silence");
    stop = proxy.stop;
    const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
    clients = await createAwsClients({ region: emulator.region, clientConfig });
  });
  afterAll(async () => {
    clients.destroy();
    await stop();
  });

  it("ends in time where no answer comes", async () => {
    const sqs = await clients.sqs();
    const error = await caught(
      awsRequest("sqs:ListQueues", { time: 100 }, (options) => sqs.listQueues({}, options)),
    );
    expect(error.message).toContain("sqs:ListQueues failed: no answer within 0.1 s");
  }, 10_000);

  it("shares its signal with many others over one listener, as Node warns of more", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const requests = Array.from({ length: 30 }, () =>
      caught(awsRequest("sqs:ListQueues", { signal }, () => new Promise(() => {}))),
    );
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort("over");
    expect(await Promise.all(requests)).toEqual(Array(30).fill("over"));
  });

  it("ends with the reason of whoever gave it up", async () => {
    const controller = new AbortController();
    const reason = { code: "MINE" };
    const creation = createQueue({ clients, signal: controller.signal }, { name: "faast-none" });
    setTimeout(() => controller.abort(reason), 50);
    expect(await caught(creation)).toBe(reason);
    const again = createQueue({ clients, signal: controller.signal }, { name: "faast-none" });
    expect(await caught(again)).toBe(reason);
  }, 10_000);
});

describe("what fails for a while", () => {
  it("is tried until it succeeds", async () => {
    let attempts = 0;
    const result = await retryTransient({ time: 60_000, isTransient: () => true }, async () => {
      if (++attempts < 3) throw new Error("not yet");
      return attempts;
    });
    expect(result).toBe(3);
  });

  it("is not tried again when it fails for good, or for too long", async () => {
    const failure = new Error("no");
    let attempts = 0;
    const fail = async () => {
      attempts++;
      throw failure;
    };
    const final = retryTransient({ time: 60_000, isTransient: () => false }, fail);
    expect(await caught(final)).toBe(failure);
    expect(attempts).toBe(1);
    const late = retryTransient({ time: 0, isTransient: () => true }, fail);
    expect(await caught(late)).toBe(failure);
    expect(attempts).toBe(2);
  });
});

it("each operation is told to who asks for it, by name and outcome alone", async () => {
  const lines: string[] = [];
  const { log: write } = log.awssdk;
  Object.assign(log.awssdk, {
    enabled: true,
    log: (...args: unknown[]) => void lines.push(format(...args)),
  });
  try {
    const denied = Object.assign(new Error("ada may not"), { name: "AccessDenied" });
    await awsRequest("sqs:SendMessage", {}, () => Promise.resolve("secret"));
    await caught(awsRequest("s3:GetObject", {}, () => Promise.reject(denied)));
  } finally {
    Object.assign(log.awssdk, { enabled: false, log: write });
  }
  expect(lines).toEqual([
    expect.stringMatching(/faast:awssdk sqs:SendMessage: ok after \d+ ms$/),
    expect.stringMatching(/faast:awssdk s3:GetObject: AccessDenied after \d+ ms$/),
  ]);
});
