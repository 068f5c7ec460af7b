import { randomBytes, randomUUID } from "node:crypto";
import { createBucket, putObject } from "../dist/infra/bucket.js";
import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import { putEventInvokeConfig } from "../dist/infra/event-invoke.js";
import { createFunction } from "../dist/infra/function.js";
import { markerText } from "../dist/infra/layer-marker.js";
import { createLogGroup } from "../dist/infra/log-group.js";
import { createQueue } from "../dist/infra/queue.js";
import { ensureRole } from "../dist/infra/role.js";
import { jobTags, type TagRecord } from "../dist/infra/tags.js";
import { createTopic, subscribeFunction } from "../dist/infra/topic.js";
import { zipOf } from "./emulator-zip.ts";
import type { Emulator } from "./emulator.ts";

export const HOUR = 60 * 60_000;
export const DAY = 24 * HOUR;

/** When a job was begun and when its lease ends, in milliseconds from now. */
export interface JobTimes {
  readonly created?: number;
  readonly expires?: number;
}

/** A job that is nothing but its resources, made as the provider makes them. */
export interface PlantedJob {
  readonly job: string;
  readonly name: string;
  readonly functionArn: string;
  readonly tags: TagRecord;
}

const zip = zipOf("index.js", "exports.handler = async () => 1");

/** Plants what a job has in queue mode, with all that it can have. */
export async function plantJob(
  clients: AwsClients,
  { created = -3 * DAY, expires = -2 * DAY }: JobTimes = {},
  layers: readonly string[] = [],
): Promise<PlantedJob> {
  const scope = { clients };
  const job = randomUUID();
  const name = `faast-${job}`;
  const now = Date.now();
  const tags = jobTags({
    job,
    owner: "ada@lab",
    createdAt: new Date(now + created),
    expiresAt: new Date(now + expires),
  });
  const [, queue, , topic] = await Promise.all([
    createLogGroup(scope, { functionName: name, tags }),
    createQueue(scope, { name: `${name}-replies`, tags }),
    createQueue(scope, { name: `${name}-control-1`, tags }),
    createTopic(scope, { name: `${name}-requests`, tags }),
    createBucket(scope, { name, tags }),
  ]);
  await putObject(scope, { bucket: name, key: "up/1" }, new Uint8Array(1000));
  const functionArn = await plantFunction(clients, name, tags, layers);
  await Promise.all([
    subscribeFunction(scope, { topicArn: topic.arn, functionName: name, functionArn }),
    putEventInvokeConfig(scope, {
      functionName: name,
      failureQueueArn: queue.arn,
      maximumAgeSeconds: 60,
    }),
  ]);
  return { job, name, functionArn, tags };
}

export async function plantFunction(
  clients: AwsClients,
  name: string,
  tags: TagRecord = {},
  layers: readonly string[] = [],
): Promise<string> {
  const roleArn = await ensureRole({ clients });
  const arn = await createFunction(
    { clients },
    {
      name,
      roleArn,
      zip,
      handler: "index.handler",
      runtime: "nodejs22.x",
      architecture: "arm64",
      memorySize: 128,
      timeoutSeconds: 10,
      tags,
    },
  );
  if (layers.length > 0) {
    const lambda = await clients.lambda();
    await lambda.updateFunctionConfiguration({ FunctionName: name, Layers: [...layers] });
  }
  return arn;
}

/** Publishes a version of a layer; gives its ARN. */
export async function plantLayer(
  clients: AwsClients,
  name: string,
  description: string,
): Promise<string> {
  const lambda = await clients.lambda();
  const { LayerVersionArn = "" } = await lambda.publishLayerVersion({
    LayerName: name,
    Description: description,
    Content: { ZipFile: zip },
  });
  return LayerVersionArn;
}

/** The description of a layer version of ours. */
export function layerMarker(expires: number): string {
  return markerText({
    job: randomUUID(),
    createdAt: new Date(Date.now() - 9 * DAY),
    expiresAt: new Date(Date.now() + expires),
  });
}

/**
 * Plants what is not ours, however much it looks like it: names without tags, names with tags that are not
 * quite ours, our tags on what bears another name, hashes.
 */
export async function plantDecoys(clients: AwsClients): Promise<void> {
  const scope = { clients };
  const hash = randomBytes(32).toString("hex");
  const expired = jobTags({
    job: randomUUID(),
    owner: "eve@lab",
    createdAt: new Date(Date.now() - 9 * DAY),
    expiresAt: new Date(Date.now() - 8 * DAY),
  });
  const { "faast:job": job = "", "faast:created": created = "", ...others } = expired;
  const similar = { "faast:jobs": job, "faast:created": created, ...others };
  const undated = { "faast:job": job, ...others };
  await Promise.all([
    plantFunction(clients, `faast-${randomUUID()}`),
    plantFunction(clients, `faast-${randomUUID()}-copy`, expired), // copied with its tags
    plantFunction(clients, hash),
    plantFunction(clients, "faast-site", expired),
    createQueue(scope, { name: `faast-${randomUUID()}-replies` }),
    createQueue(scope, { name: `faast-${job}-similar`, tags: similar }),
    createQueue(scope, { name: `faast-${job}-orders`, tags: expired }), // named after a job, by somebody
    createTopic(scope, { name: `faast-${job}-alarms`, tags: expired }),
    createBucket(scope, { name: `faast-${job}-backup`, tags: expired }),
    createQueue(scope, { name: hash, tags: expired }),
    createTopic(scope, { name: `faast-${job}-undated`, tags: undated }),
    createTopic(scope, { name: `faast-${randomUUID()}-requests` }),
    createBucket(scope, { name: `faast-${randomUUID()}` }),
    createBucket(scope, { name: `faast-${randomUUID()}`, tags: expired }),
    createBucket(scope, { name: hash.slice(0, 63), tags: expired }),
    createLogGroup(scope, { functionName: `faast-${randomUUID()}` }),
    createLogGroup(scope, { functionName: `faast-${job}-x`, tags: similar }),
    plantLayer(clients, `faast-${hash}`, "dependencies"),
    plantLayer(clients, hash, layerMarker(-8 * DAY)),
    plantLayer(clients, "faast-mine", `my faast:job=${job}`),
  ]);
}

/** Clients for an account of the emulator. */
export function clientsOf({ region, clientConfig }: Emulator): Promise<AwsClients> {
  return createAwsClients({ region, clientConfig });
}
