import { booleanOption, numberOption, type OptionTable } from "./option-table.js";

/** Options of `cleanup()`. */
export interface CleanupOptions {
  /** Remove what the job created. If false, only the calls end. Default: true. */
  deleteResources?: boolean;
  /** Remove caches that later jobs would reuse, too. Default: false. */
  deleteCaches?: boolean;
  /**
   * Seconds that the collection of leftovers which `gc: "force"` asked for is waited for; 0: no limit. One
   * by `gc: "auto"` is given up at once. Default: 10.
   */
  gcTimeout?: number;
}

/** Defaults and checks of the options of `cleanup()`. */
export const cleanupOptionTable: OptionTable<CleanupOptions> = {
  deleteResources: booleanOption(true),
  deleteCaches: booleanOption(false),
  gcTimeout: numberOption(10, { min: 0, unit: "seconds" }),
};
