import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { SizedFile, SourceFile } from "./totals.js";
import { reasonOf, type ReadFailure } from "./walk.js";

/** Some files that are sent together. */
export interface Batch {
  readonly files: readonly SizedFile[];
  readonly bytes: number;
}

/** How large a batch may become. A file larger than that is a batch of its own. */
export interface BatchLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** Divides files into batches, in their order. */
export function divide(files: readonly SizedFile[], limits: BatchLimits): Batch[] {
  const batches: Batch[] = [];
  let current: SizedFile[] = [];
  let bytes = 0;
  const end = () => {
    if (current.length > 0) batches.push({ files: current, bytes });
    current = [];
    bytes = 0;
  };
  for (const file of files) {
    if (bytes + file.bytes > limits.maxBytes || current.length === limits.maxFiles) end();
    current.push(file);
    bytes += file.bytes;
  }
  end();
  return batches;
}

/** Milliseconds of reading after which whatever else waits in this process has its turn. */
const SLICE = 1;

/**
 * Reads the files of a batch; adds those that cannot be read to `failures`.
 *
 * Synchronously, since a small file takes less time than its way through a pool of threads would; but
 * in slices, so that batches on their way to the workers are not held up.
 */
export async function readBatch(
  folder: string,
  batch: Batch,
  failures: ReadFailure[],
): Promise<SourceFile[]> {
  const read: SourceFile[] = [];
  let sliceEnd = performance.now() + SLICE;
  for (const { path } of batch.files) {
    try {
      read.push({ path, content: readFileSync(join(folder, path)) });
    } catch (error) {
      failures.push({ path, reason: reasonOf(error) });
    }
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + SLICE;
  }
  return read;
}
