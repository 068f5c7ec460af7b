import { createAwsClients, type AwsScope } from "../dist/infra/clients.js";
import {
  createQueue,
  deleteMessages,
  deleteQueue,
  receiveMessages,
  sendMessage,
  type Queue,
} from "../dist/infra/queue.js";
import { useEmulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
let scope: AwsScope;
let queue: Queue;

beforeAll(async () => {
  scope = { clients: await createAwsClients(emulator) };
  queue = await createQueue(scope, { name: "faast-queue", tags: { "faast:job": "1" } });
});
afterAll(() => scope.clients.destroy());

async function receiveAll(count: number) {
  const found = [];
  while (found.length < count) found.push(...(await receiveMessages(scope, queue.url)));
  return found;
}

describe("a queue", () => {
  it("is the same when it is created again, and bears the job's tags", async () => {
    expect(await createQueue(scope, { name: "faast-queue", tags: { "faast:job": "1" } })).toEqual(
      queue,
    );
    expect(queue.arn).toBe(`arn:aws:sqs:us-west-2:${emulator.account}:faast-queue`);
    const { Tags } = await (await scope.clients.sqs()).listQueueTags({ QueueUrl: queue.url });
    expect(Tags).toEqual({ "faast:job": "1" });
  });

  it("carries what it says it carries, and refuses a byte more", async () => {
    const { maximumMessageSize: size } = queue;
    expect(size).toBe(1_048_576);
    const text = "é".repeat(size / 2);
    await sendMessage(scope, queue.url, text);
    const [message] = await receiveAll(1);
    expect(message?.body).toBe(text);
    await deleteMessages(scope, queue.url, [message?.receiptHandle ?? ""]);
    await expect(sendMessage(scope, queue.url, `${text}!`)).rejects.toThrow("sqs:SendMessage");
  });

  it("waits for messages, and gives none in the end where none come", async () => {
    expect(await receiveMessages(scope, queue.url, { waitSeconds: 1 })).toEqual([]);
    const [received] = await Promise.all([
      receiveMessages(scope, queue.url),
      sendMessage(scope, queue.url, "here"),
    ]);
    expect(received.map(({ body }) => body)).toEqual(["here"]);
    await deleteMessages(
      scope,
      queue.url,
      received.map(({ receiptHandle }) => receiptHandle),
    );
  });

  it("forgets any number of messages, and passes over those that are gone", async () => {
    const bodies = Array.from({ length: 23 }, (_, index) => `message ${index}`);
    await Promise.all(bodies.map((each) => sendMessage(scope, queue.url, each)));
    const received = await receiveAll(23);
    expect(received.map(({ body }) => body).sort()).toEqual([...bodies].sort());
    const handles = received.map(({ receiptHandle }) => receiptHandle);
    await deleteMessages(scope, queue.url, handles);
    await deleteMessages(scope, queue.url, handles.slice(0, 3));
    const { Attributes } = await (
      await scope.clients.sqs()
    ).getQueueAttributes({
      QueueUrl: queue.url,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    });
    expect(Object.values(Attributes ?? {})).toEqual(["0", "0"]);
  });

  it("ends a wait at once when nobody waits any more", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = receiveMessages({ ...scope, signal: controller.signal }, queue.url);
    setTimeout(() => controller.abort(reason), 50);
    await expect(waiting).rejects.toBe(reason);
  }, 10_000);

  it("is gone when deleted, however often", async () => {
    await deleteQueue(scope, queue.url);
    await deleteQueue(scope, queue.url);
    await expectNothingLeft(emulator);
  });
});
