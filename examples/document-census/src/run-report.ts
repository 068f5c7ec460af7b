import type { FunctionStats, Statistics } from "@faast/core";
import { formatBytes, formatCount, formatSeconds, plural, printable } from "./format.js";
import type { ParallelRun } from "./parallel-census.js";
import type { CensusRun } from "./plain-census.js";
import { section, type Emphasis } from "./report.js";
import type { Listing, ReadFailure } from "./walk.js";

/** Unreadable files named at most. */
const FAILURES_SHOWN = 10;

/** What was done, with both runs if there were two. */
export interface Outcome {
  readonly listing: Listing;
  readonly batches: number;
  readonly parallel: ParallelRun;
  readonly plain: CensusRun | undefined;
  /** Where the two disagree; empty if they do not. */
  readonly differences: readonly string[];
}

/** How many times as fast as the plain loop. */
export function speedUp({ parallel, plain }: Outcome): number | undefined {
  return plain === undefined ? undefined : plain.seconds / parallel.seconds;
}

/** How it was counted, and how long that took. */
export function reportRun(outcome: Outcome, emphasis: Emphasis): string[] {
  return [
    ...notes(outcome, emphasis),
    ...times(outcome, emphasis),
    ...calls(outcome.parallel.stats, emphasis),
    ...comparison(outcome, emphasis),
  ];
}

function notes({ listing, parallel }: Outcome, emphasis: Emphasis): string[] {
  const { hardLinks, tooLarge } = listing;
  const lines: string[] = [];
  if (hardLinks > 0) {
    const names = plural(hardLinks, "further name");
    lines.push(`${names} of what is counted already (hard links).`);
  }
  for (const { path, bytes } of tooLarge) {
    lines.push(`Too large to be counted: ${printable(path)} (${formatBytes(bytes)}).`);
  }
  const unreadable = [...listing.unreadable, ...parallel.unreadable];
  lines.push(...unreadable.slice(0, FAILURES_SHOWN).map(describeFailure));
  if (unreadable.length > FAILURES_SHOWN) {
    lines.push(`And ${formatCount(unreadable.length - FAILURES_SHOWN)} more that cannot be read.`);
  }
  if (lines.length === 0) return [];
  return ["", emphasis.heading("Left out"), ...lines.map((line) => `  ${line}`)];
}

function describeFailure({ path, reason }: ReadFailure): string {
  return `Cannot be read: ${printable(path)} (${reason}).`;
}

function times({ batches, parallel, plain }: Outcome, emphasis: Emphasis): string[] {
  const { cleanupSeconds, cost, provider, seconds, startSeconds, workers } = parallel;
  const rate = (run: CensusRun) => `${formatBytes(Math.round(run.census.bytes / run.seconds))}/s`;
  const rows = [
    [
      `faast, ${provider}, ${plural(workers, "worker")}`,
      formatSeconds(seconds),
      rate(parallel),
      `start ${formatSeconds(startSeconds)}, clean-up ${formatSeconds(cleanupSeconds)}, both included`,
    ],
  ];
  if (plain !== undefined)
    rows.push(["plain loop, one process", formatSeconds(plain.seconds), rate(plain), ""]);
  return [
    ...section(emphasis, `Run: ${plural(batches, "batch", "batches")}, one call each`, {
      columns: [
        { title: "" },
        { title: "wall time", numeric: true },
        { title: "rate", numeric: true },
        { title: "" },
      ],
      rows,
    }),
    `  Estimated cost: $${cost.total().toFixed(6)}`,
  ];
}

function calls(stats: FunctionStats, emphasis: Emphasis): string[] {
  const { completed, errors, invocations, retries } = stats;
  const rows: readonly (readonly [string, Statistics])[] = [
    ["waiting for a worker", stats.localStartLatency],
    ["on the way there", stats.remoteStartLatency],
    ["counting", stats.executionTime],
    ["on the way back", stats.sendResponseLatency],
    ["in all", stats.returnLatency],
  ];
  const counts = `${formatCount(completed)} of ${formatCount(invocations)} succeeded, ${plural(retries, "retry", "retries")}, ${plural(errors, "error")}`;
  return section(emphasis, `Calls: ${counts}`, {
    columns: [
      { title: "milliseconds" },
      ...["mean", "deviation", "least", "most"].map((title) => ({ title, numeric: true })),
    ],
    rows: rows.map(([name, { mean, stdev, min, max }]) => [
      name,
      ...[mean, stdev, min, max].map((value) => (Number.isFinite(value) ? value.toFixed(1) : "-")),
    ]),
  });
}

function comparison(outcome: Outcome, emphasis: Emphasis): string[] {
  const factor = speedUp(outcome);
  if (factor === undefined) return [];
  const { differences } = outcome;
  if (differences.length > 0) {
    return [
      "",
      emphasis.bad("The totals differ (faast, but plain loop):"),
      ...differences.map((line) => `  ${printable(line)}`),
    ];
  }
  const sentence = `${factor.toFixed(2)} times as fast as one process, with the same totals.`;
  return ["", emphasis.good(sentence)];
}
