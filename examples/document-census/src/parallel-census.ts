import { availableParallelism } from "node:os";
import { faast, type CostSnapshot, type FunctionStats } from "@faast/core";
import { readBatch } from "./batches.js";
import * as census from "./census.js";
import { forEachInFlight } from "./in-flight.js";
import { mergeInto, settled } from "./merge.js";
import type { CensusRun, CensusTask } from "./plain-census.js";
import { emptyCensus } from "./totals.js";
import type { ReadFailure } from "./walk.js";

/** Batches in flight for each worker: one at work, one ready. More would only fill the memory. */
const BATCHES_PER_WORKER = 2;

/** A census, and what faast tells of it. */
export interface ParallelRun extends CensusRun {
  readonly provider: string;
  /** Calls that may run at a time. */
  readonly concurrency: number;
  /** Processes, or cloud functions, that did run. */
  readonly workers: number;
  /** Seconds until the functions could be called, of all the seconds. */
  readonly startSeconds: number;
  /** Seconds that it took to remove everything again. */
  readonly cleanupSeconds: number;
  readonly stats: FunctionStats;
  readonly cost: CostSnapshot;
}

export interface ParallelTask extends CensusTask {
  /** Calls at a time; undefined: what fits the provider. */
  readonly concurrency: number | undefined;
}

/**
 * Counts every file by calling `countBatch` through faast: in processes of this machine, or wherever
 * the environment variable `FAAST_PROVIDER` says. Functions see no files of ours, so they are sent
 * the contents.
 */
export async function parallelCensus(task: ParallelTask): Promise<ParallelRun> {
  const { batches, folder, signal } = task;
  const started = performance.now();
  const m = await faast(census, { ...concurrencyOf(task), signal });
  const ready = performance.now();
  const whole = emptyCensus();
  const unreadable: ReadFailure[] = [];
  const workers = new Set<string>();
  let done = ready;
  try {
    const { concurrency } = m.options;
    const inFlight = BATCHES_PER_WORKER * (concurrency === 0 ? batches.length : concurrency);
    await forEachInFlight(batches, Math.min(inFlight, batches.length), async (batch) => {
      signal.throwIfAborted();
      const files = await readBatch(folder, batch, unreadable);
      const { value, instanceId } = await m.functionsDetail.countBatch(files);
      mergeInto(whole, value);
      if (instanceId !== undefined) workers.add(instanceId);
      task.onCounted(batch);
    });
    done = performance.now();
  } finally {
    await m.cleanup();
  }
  const ended = performance.now();
  return {
    census: settled(whole),
    unreadable: unreadable.sort((a, b) => (a.path < b.path ? -1 : 1)),
    seconds: (ended - started) / 1000,
    provider: m.provider,
    concurrency: m.options.concurrency,
    workers: workers.size,
    startSeconds: (ready - started) / 1000,
    cleanupSeconds: (ended - done) / 1000,
    stats: m.stats(),
    cost: m.costSnapshot(),
  };
}

/** On this machine, one worker for each core; elsewhere, what the provider thinks right. */
function concurrencyOf({ concurrency }: ParallelTask): { concurrency?: number } {
  if (concurrency !== undefined) return { concurrency };
  const local = (process.env.FAAST_PROVIDER || "local") === "local";
  return local ? { concurrency: availableParallelism() } : {};
}
