import { setImmediate } from "node:timers/promises";
import { readBatch, type Batch } from "./batches.js";
import { countFile } from "./count-file.js";
import { settled } from "./merge.js";
import { emptyCensus, type Census } from "./totals.js";
import type { ReadFailure } from "./walk.js";

/** What a census is taken of, and whom to tell of each batch that is done. */
export interface CensusTask {
  readonly folder: string;
  readonly batches: readonly Batch[];
  readonly signal: AbortSignal;
  readonly onCounted: (batch: Batch) => void;
}

/** A census, and how long it took. */
export interface CensusRun {
  readonly census: Census;
  readonly unreadable: readonly ReadFailure[];
  readonly seconds: number;
}

/** Counts every file in this process, one after the other: what there would be without faast. */
export async function plainCensus(task: CensusTask): Promise<CensusRun> {
  const started = performance.now();
  const census = emptyCensus();
  const unreadable: ReadFailure[] = [];
  for (const batch of task.batches) {
    const files = await readBatch(task.folder, batch, unreadable);
    for (const file of files) countFile(census, file);
    task.onCounted(batch);
    // The progress wants to be drawn, and Ctrl-C to be heard.
    await setImmediate();
    task.signal.throwIfAborted();
  }
  return { census: settled(census), unreadable, seconds: (performance.now() - started) / 1000 };
}
