/**
 * The local provider: functions in processes or threads of this machine.
 *
 * @packageDocumentation
 */
import type { FaastModule, UnknownModule } from "@faast/core";
import { startModule } from "@faast/core/provider";
import type { CloudLimits } from "./cloud-limits.js";
import type { Isolation } from "./isolation.js";
import type { LocalOptions } from "./local-options.js";
import { provider } from "./provider.js";

export { provider };
export type { CloudLimits, Isolation, LocalOptions };

/** A module whose functions run on this machine. */
export type LocalFaastModule<M extends object> = FaastModule<M, LocalOptions>;

/**
 * `faast("local", module, options)` under a name of its own.
 *
 * @example
 * ```ts
 * import { faastLocal } from "@faast/local";
 * import * as funcs from "./functions.js";
 *
 * await using m = await faastLocal(funcs, { concurrency: 4 });
 * console.log(await m.functions.hello("world"));
 * ```
 */
export function faastLocal<M extends object = UnknownModule>(
  module: URL | string,
  options?: LocalOptions,
): Promise<LocalFaastModule<M>>;
export function faastLocal<M extends object>(
  module: M,
  options?: LocalOptions,
): Promise<LocalFaastModule<M>>;
export function faastLocal(module: unknown, options?: LocalOptions): Promise<FaastModule<object>> {
  return startModule({ provider, module, options, calledAs: faastLocal });
}
