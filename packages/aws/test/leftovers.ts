import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import type { Emulator } from "./emulator.ts";

/** What an account holds, each as `kind name`, roles included. */
export async function resourcesOf(emulator: Emulator): Promise<string[]> {
  const { region, clientConfig } = emulator;
  const clients = await createAwsClients({ region, clientConfig });
  try {
    const found = await Promise.all([
      functionsOf(clients),
      queuesOf(clients),
      topicsOf(clients),
      bucketsOf(clients),
      logGroupsOf(clients),
      rolesOf(clients),
    ]);
    return found.flat().sort();
  } finally {
    clients.destroy();
  }
}

/** The role that jobs leave to the next one. */
export const CACHED_ROLE = "role faast-cached-lambda-role";

/** Roles stay: that one, and those of jobs with wishes of their own. */
const isCachedRole = (resource: string) => /^role faast-cached-lambda-role(-\w+)?$/.test(resource);

/**
 * Holds that an account has nothing but cached roles, or not even those.
 *
 * Log groups count: Lambda makes one for each function that prints, and does not remove it. The
 * emulator writes what a function printed just after its response; give `settleTime` (milliseconds)
 * where functions may still be running.
 */
export async function expectNothingLeft(
  emulator: Emulator,
  { settleTime = 5_000 }: { settleTime?: number } = {},
): Promise<void> {
  const leftovers = async () => (await resourcesOf(emulator)).filter((each) => !isCachedRole(each));
  const deadline = Date.now() + settleTime;
  while ((await leftovers()).length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await leftovers()).toEqual([]);
}

/** With each function, what is part of it. */
async function functionsOf(clients: AwsClients): Promise<string[]> {
  const lambda = await clients.lambda();
  const { Functions = [] } = await lambda.listFunctions({});
  const found = Functions.map(async ({ FunctionName = "" }) => {
    const { FunctionEventInvokeConfigs = [] } = await lambda.listFunctionEventInvokeConfigs({
      FunctionName,
    });
    return [
      `function ${FunctionName}`,
      ...FunctionEventInvokeConfigs.map(() => `event invoke config of ${FunctionName}`),
    ];
  });
  return (await Promise.all(found)).flat();
}

async function queuesOf(clients: AwsClients): Promise<string[]> {
  const { QueueUrls = [] } = await (await clients.sqs()).listQueues({});
  return QueueUrls.map((each) => `queue ${each.split("/").at(-1)}`);
}

async function topicsOf(clients: AwsClients): Promise<string[]> {
  const sns = await clients.sns();
  const { Topics = [] } = await sns.listTopics({});
  const { Subscriptions = [] } = await sns.listSubscriptions({});
  return [
    ...Topics.map(({ TopicArn }) => `topic ${TopicArn?.split(":").at(-1)}`),
    ...Subscriptions.map(({ TopicArn }) => `subscription of ${TopicArn?.split(":").at(-1)}`),
  ];
}

async function bucketsOf(clients: AwsClients): Promise<string[]> {
  const { Buckets = [] } = await (await clients.s3()).listBuckets({});
  return Buckets.map(({ Name }) => `bucket ${Name}`);
}

async function logGroupsOf(clients: AwsClients): Promise<string[]> {
  const { logGroups = [] } = await (await clients.logs()).describeLogGroups({});
  return logGroups.map(({ logGroupName }) => `log group ${logGroupName}`);
}

async function rolesOf(clients: AwsClients): Promise<string[]> {
  const { Roles = [] } = await (await clients.iam()).listRoles({});
  return Roles.map(({ RoleName }) => `role ${RoleName}`);
}

/** The versions of all layers of an account, each as `layer arn`. */
export async function layersOf({ region, clientConfig }: Emulator): Promise<string[]> {
  const clients = await createAwsClients({ region, clientConfig });
  try {
    const lambda = await clients.lambda();
    const { Layers = [] } = await lambda.listLayers({});
    const found = Layers.map(async ({ LayerName }) => {
      const { LayerVersions = [] } = await lambda.listLayerVersions({ LayerName });
      return LayerVersions.map(({ LayerVersionArn }) => `layer ${LayerVersionArn}`);
    });
    return (await Promise.all(found)).flat().sort();
  } finally {
    clients.destroy();
  }
}
