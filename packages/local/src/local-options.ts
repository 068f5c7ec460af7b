import type { CommonOptions } from "@faast/core";
import { option, type ProviderOptionTable } from "@faast/core/provider";
import { simulateOption, type CloudLimits } from "./cloud-limits.js";
import { isolations, type Isolation } from "./isolation.js";

/**
 * Options of the `local` provider: the common ones, with `concurrency` 10 and `memorySize` 512, and its
 * own.
 */
export interface LocalOptions extends CommonOptions {
  /**
   * Where functions run: each worker in a `"process"` of its own, in a `"thread"` of the calling process
   * (which starts faster and can share memory with the caller), or all of them `"inline"`, in the calling
   * process itself, for debugging. Default: `"process"`, or `"inline"` with `childProcess: false`.
   */
  isolation?: Isolation | undefined;
  /**
   * Start worker processes so that debuggers can attach: at that port and those after it (one for each
   * worker), or, if true or 0, at free ones. The ports are told on stderr. Time-outs stand still while a
   * debugger is attached. Default: false.
   */
  inspect?: boolean | number;
  /**
   * Apply the limits of a cloud, so that what would fail there fails here: of a known one, or those given.
   * Default: none.
   */
  simulate?: "aws" | CloudLimits | undefined;
}

declare module "@faast/core" {
  interface ProviderOptions {
    local: LocalOptions;
  }
}

export const localOptionTable: ProviderOptionTable<LocalOptions> = {
  defaults: { concurrency: 10, memorySize: 512 },
  own: {
    isolation: option<Isolation | undefined>(
      undefined,
      (value) => isolations.some((each) => each === value),
      `one of ${isolations.map((each) => JSON.stringify(each)).join(", ")}`,
    ),
    inspect: option<boolean | number>(
      false,
      (value) =>
        typeof value === "boolean" ||
        value === 0 ||
        (Number.isInteger(value) && (value as number) >= 1024 && (value as number) <= 65_000),
      "true, false, 0, or a port from 1024 to 65000",
    ),
    simulate: simulateOption,
  },
};
