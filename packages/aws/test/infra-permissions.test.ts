import { startEmulator, type RunningEmulator } from "../../../scripts/aws-emulator.mjs";
import { createBucket, putObject } from "../dist/infra/bucket.js";
import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import { createFunction } from "../dist/infra/function.js";
import { createQueue } from "../dist/infra/queue.js";
import { ensureRole } from "../dist/infra/role.js";
import { zipOf } from "./emulator-zip.ts";
import { accountOf, type Emulator } from "./emulator.ts";

/** An emulator that holds everyone to the policies. */
let strict: RunningEmulator;
let emulator: Emulator;
let clients: AwsClients;

beforeAll(async () => {
  strict = await startEmulator({ env: { AUTH: "true" } });
  emulator = accountOf(strict.endpoint);
  clients = await createAwsClients(emulator);
});
afterAll(async () => {
  clients.destroy();
  await strict.stop();
});

describe("where policies are enforced", () => {
  it("the role's policy lets a function reach the job's queues, and no other", async () => {
    const [ours, theirs] = await Promise.all([
      createQueue({ clients }, { name: "faast-ours" }),
      createQueue({ clients }, { name: "theirs" }),
    ]);
    const roleArn = await ensureRole({ clients });
    await createFunction(
      { clients },
      {
        name: "faast-bound",
        roleArn,
        zip: zipOf("index.js", senderCode),
        handler: "index.handler",
        runtime: "nodejs22.x",
        architecture: "x86_64",
        memorySize: 128,
        timeoutSeconds: 10,
      },
    );
    const lambda = await clients.invocations();
    const send = async (queueUrl: string) => {
      const { payload } = await lambda.invoke({
        functionName: "faast-bound",
        payload: JSON.stringify({ queueUrl }),
      });
      return payload;
    };
    expect(await send(ours.url)).toBe('"sent"');
    expect(await send(theirs.url)).toMatch(/denied|not authorized/i);
  });

  it("who may do nothing is told which permission is missing", async () => {
    const iam = await clients.iam();
    await iam.createUser({ UserName: "nobody" });
    const { AccessKey } = await iam.createAccessKey({ UserName: "nobody" });
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } =
      AccessKey ?? {};
    const nobody = await createAwsClients({
      region: emulator.region,
      clientConfig: { endpoint: strict.endpoint, credentials: { accessKeyId, secretAccessKey } },
    });
    const scope = { clients: nobody };
    await expect(createQueue(scope, { name: "faast-q" })).rejects.toThrow(
      'permission "sqs:CreateQueue" is missing',
    );
    await expect(ensureRole(scope)).rejects.toThrow('permission "iam:GetRole" is missing');
    await expect(createBucket(scope, { name: "faast-b" })).rejects.toThrow(
      'permission "s3:CreateBucket" is missing',
    );
    await expect(
      putObject(scope, { bucket: "faast-b", key: "k" }, new Uint8Array(1)),
    ).rejects.toThrow(/s3:PutObject/);
    nobody.destroy();
  });
});

/** Sends a message with the SDK that Lambda has, as the role that the function has. */
const senderCode = `
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
exports.handler = async ({ queueUrl }) => {
  try {
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "m" }));
    return "sent";
  } catch (error) {
    return String(error.name + ": " + error.message);
  }
};`;
