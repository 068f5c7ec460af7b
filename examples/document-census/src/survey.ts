import { setImmediate } from "node:timers/promises";
import { divide, readBatch } from "./batches.js";
import type { CommandLine } from "./command-line.js";
import { differences } from "./difference.js";
import { listFolder } from "./folder.js";
import { parallelCensus } from "./parallel-census.js";
import { plainCensus, type CensusRun, type CensusTask } from "./plain-census.js";
import { Progress } from "./progress.js";
import type { Outcome } from "./run-report.js";

/** What a call is sent at most: enough to be worth the call, little enough to be shared out evenly. */
const BATCH_LIMITS = { maxBytes: 1024 * 1024, maxFiles: 256 };

/** Bytes of a file that is counted at most: it has to fit into a worker's memory several times. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Counts the folder in parallel, then, if asked to, in a plain loop, and compares. */
export async function survey(command: CommandLine, signal: AbortSignal): Promise<Outcome> {
  const { compare, concurrency, folder } = command;
  const listing = await listFolder(folder, { maxBytes: MAX_FILE_BYTES, signal });
  const batches = divide(listing.files, BATCH_LIMITS);
  const run = async <T>(label: string, work: (task: CensusTask) => Promise<T>): Promise<T> => {
    const progress = new Progress({ label, batches, stream: process.stderr });
    try {
      return await work({ folder, batches, signal, onCounted: (batch) => progress.add(batch) });
    } finally {
      progress.end();
    }
  };
  if (compare) await run("reading once", readOnce);
  const parallel = await run("counting with faast", (task) =>
    parallelCensus({ ...task, concurrency }),
  );
  const plain = compare ? await run("plain loop", plainCensus) : undefined;
  return {
    listing,
    batches: batches.length,
    parallel,
    plain,
    differences: plain === undefined ? [] : differences(whatCounts(parallel), whatCounts(plain)),
  };
}

/** Brings the files into the system's cache: the run that comes first is not to pay for the disk. */
async function readOnce({ folder, batches, signal, onCounted }: CensusTask): Promise<void> {
  for (const batch of batches) {
    await readBatch(folder, batch, []);
    onCounted(batch);
    await setImmediate();
    signal.throwIfAborted();
  }
}

function whatCounts({ census, unreadable }: CensusRun) {
  return { ...census, unreadable };
}
