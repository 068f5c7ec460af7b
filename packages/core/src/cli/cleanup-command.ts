import { expiredPolicy, jobPolicy, makePlan, sweep, type Plan, type SweepReport } from "@faast/gc";
import { chooseProvider, collectorOf, scopeOptions } from "./chosen-provider.js";
import { planLines, reportLines } from "./cleanup-report.js";
import type { Command, CommandInput } from "./command.js";
import { describeResource, stateOf } from "./described-resource.js";
import { exitCodes, UsageError } from "./exit-codes.js";
import { count, parseAge } from "./figures.js";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `faast cleanup <provider>`. */
export const cleanupCommand: Command = {
  name: "cleanup",
  argument: "provider",
  summary: "delete what jobs that are over have left behind",
  description: [
    "Says what it would delete, and why. With --execute it does so, after a question. Only what bears the tags",
    "of a job, or of a cache, whose lease has ended is ever deleted; with --job, all of one job, whatever its lease;",
    "with --caches, what is kept for jobs to come, too, unless it is in use.",
  ],
  options: {
    execute: { short: "x", help: "delete, after a question" },
    force: { short: "f", help: "ask no question; deletes nothing more than without" },
    job: { value: "id", help: "one job and nothing else, though it may be alive" },
    "older-than": { value: "age", help: "only what was made longer ago, as in 30m, 12h or 2d" },
    ...scopeOptions,
  },
  examples: [
    ["faast cleanup local", "what would be deleted on this machine"],
    ["faast cleanup aws -r eu-west-1 --execute", "delete it there, after a question"],
    ["faast cleanup aws --all-regions -xf --json", "in a script"],
    ["faast cleanup aws --job 6f1c… -x", "one job, even if it still runs"],
    ["faast cleanup aws --all-regions --caches", "layers and roles, too: no job is to come"],
  ],
  run,
};

async function run(input: CommandInput): Promise<number> {
  const { flags, json, signal, terminal, values } = input;
  const execute = flags.has("execute");
  const job = jobOf(values.get("job"));
  const caches = flags.has("caches");
  const olderThan = parseAge("older-than", values.get("older-than") ?? "0s");
  if (job !== undefined && values.has("older-than"))
    throw new UsageError("--job and --older-than contradict one another.");
  if (job !== undefined && caches)
    throw new UsageError("--job and --caches contradict one another.");
  const chosen = await chooseProvider(input);
  const collector = collectorOf(chosen, input);
  if (execute && !flags.has("force") && !terminal.canAsk)
    throw new UsageError(
      "There is no terminal to ask on: --execute needs --force here. Nothing was deleted.",
    );
  const plan = await makePlan(
    collector,
    job === undefined ? expiredPolicy({ olderThan, caches }) : jobPolicy(job),
    {
      signal,
      details: true,
      onListed: (found) => terminal.progress(`Looking: ${count(found, "resource")} so far`),
    },
  );
  if (job !== undefined && ![...plan.deletions, ...plan.kept].some(({ mark }) => mark?.job === job))
    terminal.note(
      `There is nothing of a job ${job}: "faast ls ${input.argument}" lists what there is.`,
    );
  if (flags.has("force") && !execute)
    terminal.note("--force has no effect without --execute: this is a dry run.");
  const isAsked = execute && !flags.has("force") && plan.deletions.length > 0;
  if (!json) for (const line of planLines(plan, terminal)) terminal.line(line);
  else if (isAsked) for (const line of planLines(plan, terminal)) terminal.note(line);
  warnOfLiving(plan, input);
  const tellPrograms = async (dryRun: boolean, told: object = {}) =>
    terminal.json({
      provider: chosen.provider.name,
      scope: await collector.scope(signal),
      dryRun,
      ...describePlan(plan),
      ...told,
    });
  let report: SweepReport | undefined;
  if (execute && plan.deletions.length > 0) {
    const question = `Delete ${count(plan.deletions.length, "resource")}?`;
    if (isAsked && !(await terminal.confirm(question, signal))) {
      terminal.note("Nothing was deleted.");
      if (json) await tellPrograms(true);
      return exitCodes.declined;
    }
    report = await sweep(collector, plan, {
      signal,
      onProgress: ({ done, total }) => terminal.progress(`Deleting: ${done} of ${total}`),
    });
  }
  if (json) await tellPrograms(!execute, execute ? describeReport(report) : {});
  else if (report !== undefined)
    for (const line of reportLines(report, terminal)) terminal.line(line);
  else if (plan.deletions.length > 0)
    terminal.line("Nothing was deleted: this was a dry run. To delete, add --execute.");
  if (signal.aborted) return exitCodes.interrupted;
  return report !== undefined && report.failed.length > 0 ? exitCodes.failed : exitCodes.done;
}

/** The UUID of a job, given as that or as the name of its resources. */
function jobOf(text: string | undefined): string | undefined {
  const id = text?.toLowerCase().replace(/^faast-/, "");
  if (id === undefined || uuid.test(id)) return id;
  throw new UsageError(
    `--job must be the id of a job, a UUID as "faast ls" shows it, not "${text}".`,
  );
}

/** Whoever names a job is told when it is not over. */
function warnOfLiving({ deletions, overridesLeases }: Plan, { terminal }: CommandInput): void {
  if (!overridesLeases) return;
  const living = deletions.find(({ lease }) => stateOf(lease) !== "dead");
  if (living?.mark === undefined) return;
  const { job, owner = "somebody" } = living.mark;
  const state =
    stateOf(living.lease) === "alive"
      ? `is alive: ${owner} holds its lease`
      : `of ${owner} may be alive: nothing tells when its lease ends`;
  terminal.note(
    terminal.tint(
      "bad",
      `The job ${job} ${state}. It was named, so all of it goes; its calls will fail.`,
    ),
  );
}

function describePlan({ deletions, kept }: Plan) {
  return {
    deletions: deletions.map((each) => ({ ...describeResource(each), why: each.why })),
    kept: kept.map((each) => ({ ...describeResource(each), why: each.why })),
  };
}

function describeReport(report: SweepReport = { deleted: [], skipped: [], failed: [] }) {
  return {
    deleted: report.deleted.map((each) => describeResource(each)),
    skipped: report.skipped.map((each) => ({ ...describeResource(each), reason: each.reason })),
    failed: report.failed.map((each) => ({
      ...describeResource(each),
      reason: each.reason,
      attempts: each.attempts,
    })),
  };
}
