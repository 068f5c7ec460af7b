import type { Outcome } from "./run-report.js";
import { speedUp } from "./run-report.js";
import type { Summary } from "./summary.js";

/** The totals and the run, for programs. Times are in seconds, those of calls in milliseconds. */
export function jsonReport(outcome: Outcome, summary: Summary): string {
  const { listing, parallel, plain } = outcome;
  const report = {
    folder: listing.folder,
    totals: summary,
    leftOut: {
      tooLarge: listing.tooLarge,
      hardLinks: listing.hardLinks,
      unreadable: [...listing.unreadable, ...parallel.unreadable],
    },
    run: {
      provider: parallel.provider,
      concurrency: parallel.concurrency,
      workers: parallel.workers,
      seconds: parallel.seconds,
      startSeconds: parallel.startSeconds,
      cleanupSeconds: parallel.cleanupSeconds,
      cost: parallel.cost.total(),
      calls: parallel.stats,
    },
    ...(plain !== undefined && {
      comparison: {
        seconds: plain.seconds,
        speedUp: speedUp(outcome),
        differences: outcome.differences,
      },
    }),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
