import { countFile } from "./count-file.js";
import { emptyCensus, type Census, type SourceFile } from "./totals.js";

/**
 * The module that is handed to `faast()`: its one function counts some files, wherever it runs. It
 * knows nothing of folders, progress or tables.
 */
export function countBatch(files: readonly SourceFile[]): Census {
  const census = emptyCensus();
  for (const file of files) countFile(census, file);
  return census;
}
