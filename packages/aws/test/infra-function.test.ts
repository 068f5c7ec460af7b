import { createAwsClients, type AwsScope } from "../dist/infra/clients.js";
import { putEventInvokeConfig } from "../dist/infra/event-invoke.js";
import { createFunction, deleteFunction } from "../dist/infra/function.js";
import { deleteLogGroup } from "../dist/infra/log-group.js";
import { createQueue, deleteQueue, receiveMessages } from "../dist/infra/queue.js";
import { ensureRole } from "../dist/infra/role.js";
import { jobTags } from "../dist/infra/tags.js";
import { lambdaRefusal, startProxy } from "./emulator-proxy.ts";
import { zipOf } from "./emulator-zip.ts";
import { useEmulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
let scope: AwsScope;

const code = `export const handler = async (event) => {
  if (event.exit) process.exit(0);
  return { greeting: process.env.GREETING + ", " + event.name };
};`;

async function specOf(name: string) {
  return {
    name,
    roleArn: await ensureRole(scope),
    zip: zipOf("index.mjs", code),
    handler: "index.handler",
    runtime: "nodejs22.x",
    architecture: "arm64" as const,
    memorySize: 512,
    timeoutSeconds: 10,
    env: { GREETING: "Hello" },
    description: "a test",
    tags: jobTags({
      job: "3",
      owner: "ada!@lab",
      createdAt: new Date(0),
      expiresAt: new Date(1e12),
    }),
  };
}

beforeAll(async () => {
  scope = { clients: await createAwsClients(emulator) };
});
afterAll(() => scope.clients.destroy());

describe("a function", () => {
  it("runs as soon as it is created, bears the job's tags, and is gone when deleted", async () => {
    const name = "faast-function";
    const arn = await createFunction(scope, await specOf(name));
    const invocations = await scope.clients.invocations();
    const { payload } = await invocations.invoke({
      functionName: name,
      payload: JSON.stringify({ name: "Ada" }),
    });
    expect(JSON.parse(payload)).toEqual({ greeting: "Hello, Ada" });
    const lambda = await scope.clients.lambda();
    const { Configuration, Tags } = await lambda.getFunction({ FunctionName: name });
    expect(Configuration).toMatchObject({
      FunctionArn: arn,
      Architectures: ["arm64"],
      MemorySize: 512,
      Timeout: 10,
      State: "Active",
    });
    expect(Tags).toEqual({
      "faast:job": "3",
      "faast:owner": "ada_@lab",
      "faast:created": "1970-01-01T00:00:00.000Z",
      "faast:expires": "2001-09-09T01:46:40.000Z",
    });

    expect(await createFunction(scope, await specOf(name))).toBe(arn);
    await deleteFunction(scope, name);
    await deleteFunction(scope, name);
    await deleteLogGroup(scope, name);
    await deleteLogGroup(scope, name);
    await expectNothingLeft(emulator);
  });

  it("is deleted even where it appears only after that, its creation having been given up", async () => {
    const name = "faast-late";
    const { roleArn, zip, handler } = await specOf(name);
    const lambda = await scope.clients.lambda();
    const deletion = deleteFunction(scope, name, { appearsWithin: 20_000 });
    await lambda.createFunction({
      FunctionName: name,
      Role: roleArn,
      Code: { ZipFile: zip },
      Handler: handler,
      Runtime: "nodejs22.x",
    });
    await deletion;
    await expectNothingLeft(emulator);
  });

  it("reports what becomes of asynchronous invocations that fail", async () => {
    const name = "faast-asynchronous";
    const queue = await createQueue(scope, { name: "faast-failures" });
    await createFunction(scope, await specOf(name));
    const config = { functionName: name, failureQueueArn: queue.arn, maximumAgeSeconds: 60 };
    await putEventInvokeConfig(scope, config);
    await putEventInvokeConfig(scope, config);
    const lambda = await scope.clients.lambda();
    await lambda.invoke({
      FunctionName: name,
      InvocationType: "Event",
      Payload: JSON.stringify({ exit: true }),
    });
    const [message] = await receiveMessages(scope, queue.url);
    expect(JSON.parse(message?.body ?? "null")).toMatchObject({
      requestPayload: { exit: true },
      responseContext: { functionError: "Unhandled" },
    });
    await deleteFunction(scope, name);
    await deleteQueue(scope, queue.url);
    await deleteLogGroup(scope, name);
    await expectNothingLeft(emulator);
  });
});

describe("a fresh role", () => {
  it("is waited for", async () => {
    const name = "faast-patient";
    let refusals = 0;
    const proxy = await startProxy(emulator.endpoint, ({ method, url }) => {
      if (method !== "POST" || !url?.endsWith("/functions") || refusals === 2) return undefined;
      refusals++;
      return lambdaRefusal(
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
      );
    });
    const { endpoint } = proxy;
    const clients = await createAwsClients({
      region: emulator.region,
      clientConfig: { ...emulator.clientConfig, endpoint },
    });
    const arn = await createFunction({ clients }, await specOf(name));
    expect(refusals).toBe(2);
    expect(arn).toContain(name);
    clients.destroy();
    await proxy.stop();
    await deleteFunction(scope, name);
  });

  it("is no longer waited for when nobody wants the function any more", async () => {
    const controller = new AbortController();
    const reason = new Error("given up");
    const proxy = await startProxy(emulator.endpoint, () => {
      setTimeout(() => controller.abort(reason), 100);
      return lambdaRefusal("InvalidParameterValueException", "The role cannot be assumed.");
    });
    const clients = await createAwsClients({
      region: emulator.region,
      clientConfig: { ...emulator.clientConfig, endpoint: proxy.endpoint },
    });
    const creation = createFunction(
      { clients, signal: controller.signal },
      await specOf("faast-unwanted"),
    );
    await expect(creation).rejects.toBe(reason);
    clients.destroy();
    await proxy.stop();
  });
});
