import { makePlan, type PlannedResource, type Policy } from "@faast/gc";
import { chooseProvider, collectorOf, scopeOptions } from "./chosen-provider.js";
import type { Command, CommandInput } from "./command.js";
import { describeResource, stateOf } from "./described-resource.js";
import { exitCodes } from "./exit-codes.js";
import { count, formatAge, formatCost, formatSize, sum } from "./figures.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";

/** `faast ls <provider>`. */
export const lsCommand: Command = {
  name: "ls",
  argument: "provider",
  summary: "list jobs and their resources, dead or alive",
  description: ["Costs are estimates of what a resource costs in a month if it stays as it is."],
  options: scopeOptions,
  examples: [
    ["faast ls local", "jobs on this machine"],
    ["faast ls aws --all-regions", "jobs of the account, wherever they are"],
    ["faast ls local --json", "the same, for programs"],
  ],
  run,
};

const everythingStays: Policy = { decide: () => ({ delete: false, why: "" }) };

async function run(input: CommandInput): Promise<number> {
  const { json, signal, terminal } = input;
  const chosen = await chooseProvider(input);
  const collector = collectorOf(chosen, input);
  const { kept, now } = await makePlan(collector, everythingStays, {
    signal,
    details: true,
    onListed: (found) => terminal.progress(`Looking: ${count(found, "resource")} so far`),
  });
  const jobs = jobsOf(kept);
  const shared = kept.filter(({ mark }) => mark?.cache !== undefined);
  const foreign = kept.filter(({ mark }) => mark === undefined);
  if (json)
    terminal.json({
      provider: chosen.provider.name,
      scope: await collector.scope(signal),
      jobs: jobs.map((resources) => describeJob(resources)),
      caches: shared.map((each) => ({ ...describeResource(each), state: stateOf(each.lease) })),
      foreign: foreign.map(({ resource: { kind, id } }) => ({ kind, id })),
    });
  else for (const line of listing({ jobs, shared, foreign, now }, terminal)) terminal.line(line);
  return exitCodes.done;
}

/** The resources of each job, the oldest job first. */
function jobsOf(resources: readonly PlannedResource[]): PlannedResource[][] {
  const jobs = new Map<string, PlannedResource[]>();
  for (const each of resources) {
    const job = each.mark?.job;
    if (job === undefined) continue;
    const known = jobs.get(job);
    if (known === undefined) jobs.set(job, [each]);
    else known.push(each);
  }
  return [...jobs.values()].sort((left, right) => createdAt(left) - createdAt(right));
}

/** When the first of some resources was created. */
function createdAt(resources: readonly PlannedResource[]): number {
  let first = Infinity;
  for (const { mark } of resources) first = Math.min(first, mark?.created.getTime() ?? Infinity);
  return first;
}

function describeJob(resources: readonly PlannedResource[]) {
  const [first] = resources;
  return {
    job: first?.mark?.job,
    owner: resources.map(({ mark }) => mark?.owner).find((owner) => owner !== undefined),
    created: new Date(createdAt(resources)).toISOString(),
    state: stateOf(first?.lease),
    leaseExpires: first?.lease?.expires?.toISOString(),
    size: sum(resources.map(({ resource }) => resource.size)),
    monthlyCost: sum(resources.map(({ resource }) => resource.monthlyCost)),
    resources: resources.map((each) => describeResource(each)),
  };
}

interface Listing {
  readonly jobs: readonly PlannedResource[][];
  readonly shared: readonly PlannedResource[];
  readonly foreign: readonly PlannedResource[];
  readonly now: Date;
}

const columns = [
  { title: "JOB, RESOURCES" },
  { title: "STATE" },
  { title: "AGE", numeric: true },
  { title: "OWNER" },
  { title: "SIZE", numeric: true },
  { title: "USD/MONTH", numeric: true },
];

function listing({ jobs, shared, foreign, now }: Listing, terminal: Terminal): string[] {
  const rows: string[][] = [];
  const age = (created: number) => formatAge(now.getTime() - created);
  const state = (each: PlannedResource | undefined) => {
    const word = stateOf(each?.lease);
    return terminal.tint(word === "alive" ? "good" : word === "dead" ? "bad" : "doubtful", word);
  };
  for (const resources of jobs) {
    const { job = "", owner = "", size, monthlyCost } = describeJob(resources);
    const figures = [formatSize(size), formatCost(monthlyCost)];
    rows.push([job, state(resources[0]), age(createdAt(resources)), owner, ...figures]);
    for (const { resource, mark } of resources)
      rows.push([
        `  ${resource.kind} ${resource.id}`,
        "",
        mark === undefined ? "" : age(mark.created.getTime()),
        "",
        formatSize(resource.size),
        formatCost(resource.monthlyCost),
      ]);
  }
  for (const each of shared) {
    const { kind, id, size, monthlyCost } = each.resource;
    const created = each.mark === undefined ? "" : age(each.mark.created.getTime());
    const figures = [formatSize(size), formatCost(monthlyCost)];
    rows.push([`${kind} ${id}`, state(each), created, each.mark?.owner ?? "", ...figures]);
  }
  const lines =
    rows.length === 0
      ? []
      : [...table(columns, rows, (text) => terminal.tint("heading", text)), ""];
  const total = sum(jobs.flat().map(({ resource }) => resource.monthlyCost));
  const cost = total === undefined || total === 0 ? "" : `, about ${formatCost(total)} USD a month`;
  lines.push(`${count(jobs.length, "job")}${cost}.`);
  if (foreign.length > 0)
    lines.push(
      terminal.tint(
        "quiet",
        `${foreign.length} more with such a name, but without our tags: not ours.`,
      ),
    );
  return lines;
}
