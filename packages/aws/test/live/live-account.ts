import { appendFileSync } from "node:fs";
import type { Resource } from "@faast/core/provider";
import { provider } from "@faast/aws";
import { createAwsClients, type AwsClients } from "../../dist/infra/clients.js";
import { logGroupName } from "../../dist/infra/log-group.js";
import { AwsCollector } from "../../dist/leftovers/aws-collector.js";

/** Whether it is AWS: an emulator, which shows that these tests work, cannot pass all of them. */
export const isAws = process.env.AWS_ENDPOINT_URL === undefined;

/** Milliseconds in which the last lines of an execution come to its log. */
const LATE_LINES = isAws ? 8_000 : 500;

/** The jobs that were begun here. */
const jobs = new Set<string>();

/** The provider itself; it notes what functions have taken, for the sum that is told at the end. */
export const metered: typeof provider = {
  ...provider,
  async deploy(spec, signal) {
    jobs.add(spec.job.id);
    const deployment = await provider.deploy(spec, signal);
    const { close } = deployment;
    const { name } = spec.job;
    const metering = async (...given: Parameters<typeof close>) => {
      await withClients((clients) => note(clients, name)).catch(() => undefined);
      return close.apply(deployment, given);
    };
    return Object.create(deployment, { close: { value: metering } }) as typeof deployment;
  },
};

/** Works with clients of the account, as the SDK's own chain finds it. */
export async function withClients<T>(work: (clients: AwsClients) => Promise<T>): Promise<T> {
  const clients = await createAwsClients();
  try {
    return await work(clients);
  } finally {
    clients.destroy();
  }
}

/** What there is of the jobs that were begun here. */
export async function leftOfJobs(): Promise<string[]> {
  const collector = new AwsCollector({ allRegions: false, haste: isAws ? 1 : 100 });
  const found: Resource[] = [];
  const { signal } = new AbortController();
  for await (const page of collector.list({ signal, details: false })) found.push(...page);
  return found
    .filter(({ tags }) => jobs.has(tags["faast:job"] ?? ""))
    .map(({ kind, id }) => `${kind} ${id}`);
}

/** Adds up what Lambda has written of each execution of a function, of which there may be more. */
async function note(clients: AwsClients, functionName: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, LATE_LINES));
  const logs = await clients.logs();
  let nextToken: string | undefined;
  let requests = 0;
  let gigabyteSeconds = 0;
  do {
    const page = await logs.filterLogEvents({
      logGroupName: logGroupName(functionName),
      filterPattern: '"REPORT RequestId"',
      nextToken,
    });
    for (const { message = "" } of page.events ?? []) {
      const billed = /Billed Duration: (\d+) ms.*?Memory Size: (\d+) MB/s.exec(message);
      if (billed === null) continue;
      requests++;
      gigabyteSeconds += (Number(billed[1]) / 1000) * (Number(billed[2]) / 1024);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const { FAAST_TEST_LIVE_TALLY: tally } = process.env;
  if (tally) appendFileSync(tally, `${JSON.stringify({ requests, gigabyteSeconds })}\n`);
}
