import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/**
 * Reads the files of a batch; adds those that cannot be read to `failures`.
 *
 * One after the other and synchronously: a small file takes less time than the way through the pool
 * of threads would, and a batch is small enough to keep nobody waiting.
 */
export function readBatch(folder: string, batch: Batch, failures: ReadFailure[]): SourceFile[] {
  const read: SourceFile[] = [];
  for (const { path } of batch.files) {
    const content = readContent(join(folder, path));
    if (content instanceof Error) failures.push({ path, reason: reasonOf(content) });
    else read.push({ path, content });
  }
  return read;
}

function readContent(file: string): Uint8Array | Error {
  try {
    return readFileSync(file);
  } catch (error) {
    return error as Error;
  }
}
