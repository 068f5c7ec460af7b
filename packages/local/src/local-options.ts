import type { CommonOptions } from "@faast/core";
import type { ProviderOptionTable } from "@faast/core/provider";

/** Options of the `local` provider: the common ones, with `concurrency` 10 and `memorySize` 512. */
export type LocalOptions = CommonOptions;

declare module "@faast/core" {
  interface ProviderOptions {
    local: LocalOptions;
  }
}

export const localOptionTable: ProviderOptionTable<LocalOptions> = {
  defaults: { concurrency: 10, memorySize: 512 },
  own: {},
};
