import { constants } from "node:os";
import { FaastError } from "@faast/core";
import { readCommandLine, usage, UsageError } from "./command-line.js";
import { FolderError } from "./folder.js";
import { jsonReport } from "./json-report.js";
import { emphasisFor, reportTotals } from "./report.js";
import { reportRun } from "./run-report.js";
import { summarise } from "./summary.js";
import { survey } from "./survey.js";

/** Exit codes: a failure or a difference, and a command line that is wrong. */
const FAILURE = 1;
const MISUSE = 2;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = readCommandLine(args);
  if (command.help) {
    process.stdout.write(usage);
    return 0;
  }
  const outcome = await survey(command, signal);
  const summary = summarise(outcome.parallel.census);
  if (command.json) {
    process.stdout.write(jsonReport(outcome, summary));
  } else {
    const emphasis = emphasisFor(process.stdout);
    const lines = [
      ...reportTotals(outcome.listing, summary, emphasis),
      ...reportRun(outcome, emphasis),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return outcome.differences.length === 0 ? 0 : FAILURE;
}

/** Tells what went wrong; of what the user can mend, without a stack. */
function reportFailure(error: unknown): number {
  const expected = [UsageError, FolderError, FaastError].some((type) => error instanceof type);
  const message = expected ? (error as Error).message : ((error as Error)?.stack ?? String(error));
  process.stderr.write(`document-census: ${message}\n`);
  if (!(error instanceof UsageError)) return FAILURE;
  process.stderr.write("Try --help.\n");
  return MISUSE;
}

/** Ends the work at the first Ctrl-C, once everything has been cleaned up; at the second, at once. */
const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    const code = 128 + constants.signals[name];
    if (interruption.signal.aborted) process.exit(code);
    process.exitCode = code;
    interruption.abort(new Error(`ended by ${name}`));
  });
}

main(process.argv.slice(2), interruption.signal).then(
  (code) => {
    process.exitCode ??= code;
  },
  (error: unknown) => {
    if (interruption.signal.aborted) process.stderr.write("document-census: interrupted.\n");
    else process.exitCode = reportFailure(error);
  },
);
