import { createAwsClients, type AwsScope } from "../dist/infra/clients.js";
import { createFunction, deleteFunction } from "../dist/infra/function.js";
import { deleteLogGroup } from "../dist/infra/log-group.js";
import { ensureRole } from "../dist/infra/role.js";
import {
  createTopic,
  deleteTopic,
  isMessageTooLong,
  publishMessage,
  subscribeFunction,
  type Topic,
} from "../dist/infra/topic.js";
import { zipOf } from "./emulator-zip.ts";
import { useEmulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
const name = "faast-topic";
let scope: AwsScope;
let topic: Topic;

beforeAll(async () => {
  scope = { clients: await createAwsClients(emulator) };
  topic = await createTopic(scope, { name, tags: { "faast:job": "1" } });
});
afterAll(() => scope.clients.destroy());

/** What the function has printed, as soon as it includes the text. */
async function untilPrinted(text: string): Promise<void> {
  const logs = await scope.clients.logs();
  for (;;) {
    const { events = [] } = await logs
      .filterLogEvents({ logGroupName: `/aws/lambda/${name}` })
      .catch(() => ({ events: [] }));
    if (events.some(({ message }) => message?.includes(text))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a topic", () => {
  it("is the same when it is created again, and bears the job's tags", async () => {
    expect(await createTopic(scope, { name, tags: { "faast:job": "1" } })).toEqual(topic);
    const { Tags } = await (
      await scope.clients.sns()
    ).listTagsForResource({ ResourceArn: topic.arn });
    expect(Tags).toEqual([{ Key: "faast:job", Value: "1" }]);
    expect(topic.maximumMessageSize).toBeGreaterThanOrEqual(262_144);
  });

  it("starts the function that is subscribed, and leaves nothing when all is deleted", async () => {
    const functionArn = await createFunction(scope, {
      name,
      roleArn: await ensureRole(scope),
      zip: zipOf(
        "index.mjs",
        "export const handler = async (e) => console.log(e.Records[0].Sns.Message);",
      ),
      handler: "index.handler",
      runtime: "nodejs22.x",
      architecture: "x86_64",
      memorySize: 128,
      timeoutSeconds: 5,
    });
    const target = { topicArn: topic.arn, functionName: name, functionArn };
    const subscription = await subscribeFunction(scope, target);
    expect(await subscribeFunction(scope, target)).toBe(subscription);
    const lambda = await scope.clients.lambda();
    const { Policy = "" } = await lambda.getPolicy({ FunctionName: name });
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Sid: `${name}-Invoke`, Principal: { Service: "sns.amazonaws.com" } },
    ]);
    await publishMessage(scope, topic.arn, "published and printed");
    await untilPrinted("published and printed");

    for (let round = 0; round < 2; round++) {
      await deleteTopic(scope, topic.arn);
      await deleteFunction(scope, name);
      await deleteLogGroup(scope, name);
    }
    await expectNothingLeft(emulator);
  });

  it("says of a message that it is too long", async () => {
    const { arn } = await createTopic(scope, { name: "faast-topic-long" });
    const error = await publishMessage(scope, arn, "x".repeat(1_048_577)).catch(
      (each: unknown) => each,
    );
    expect(isMessageTooLong(error)).toBe(true);
    expect(isMessageTooLong(new Error("too long"))).toBe(false);
    await deleteTopic(scope, arn);
  });
});
