import { inspect } from "node:util";
import type { AutomaticCollection } from "./collection/automatic-collection.js";
import { CostSnapshot } from "./cost/cost-snapshot.js";
import type { CallOptions, ViewSettings } from "./engine/call-settings.js";
import type { Engine } from "./engine/engine.js";
import { createProxies, settingsWith } from "./engine/proxies.js";
import { FaastOptionsError } from "./errors.js";
import type { FunctionKind } from "./module/callable-exports.js";
import { cleanupOptionTable, type CleanupOptions } from "./options/cleanup-options.js";
import type { CommonOptions } from "./options/common-options.js";
import { checkOptions } from "./options/option-check.js";
import { callOptionTable } from "./options/call-option-table.js";
import type { Deployment } from "./provider/contract.js";
import { endDeployment } from "./provider/deployment-end.js";
import type { ProxyModule, ProxyModuleDetail } from "./proxy-types.js";
import type { FunctionStats } from "./stats/function-stats.js";
import type { StatsListener } from "./stats/stats-recorder.js";

/** The functions of a module, called with options of their own: what `with()` gives. */
export interface FunctionViews<M> {
  /** The functions, run elsewhere: each returns a promise, or an async generator. */
  readonly functions: ProxyModule<M>;
  /** The same, with details of each execution: `{ value, logUrl, executionId, instanceId }`. */
  readonly functionsDetail: ProxyModuleDetail<M>;
  /**
   * The functions, called with options of their own, beside those of the `with()` before, if any.
   *
   * @throws FaastOptionsError for an option that is unknown or wrong.
   * @example
   * ```ts
   * import { faast } from "@faast/core";
   * import * as funcs from "./functions.js";
   * const m = await faast("local", funcs);
   * const patient = m.with({ timeout: 300, signal: AbortSignal.timeout(600_000) });
   * await patient.functions.hello("world");
   * ```
   */
  with(options: CallOptions): FunctionViews<M>;
}

/** A module whose functions run elsewhere: what `faast()` gives. */
export interface FaastModule<M extends object, O extends CommonOptions = CommonOptions>
  extends FunctionViews<M>, AsyncDisposable {
  /** The provider's name. */
  readonly provider: string;
  /** The options in force, defaults included. */
  readonly options: Readonly<Required<CommonOptions> & O>;
  /**
   * Ends everything: pending calls reject with `FaastCancelledError`, what was created is removed. May
   * be called again. Later calls reject; statistics and costs can still be read.
   */
  cleanup(options?: CleanupOptions): Promise<void>;
  /** Where the output of the functions is to be read. */
  logUrl(): string;
  /** A copy of the statistics of one function, or of all. */
  stats(functionName?: string): FunctionStats;
  /** The estimated cost so far. */
  costSnapshot(): CostSnapshot;
  /** Listens to the statistics of each active function, once a second. */
  on(name: "stats", listener: StatsListener): void;
  /** Stops listening. */
  off(name: "stats", listener: StatsListener): void;
}

/** What a module is made of. */
export interface FaastModuleParts {
  readonly provider: string;
  readonly options: Readonly<Required<CommonOptions>>;
  readonly deployment: Deployment;
  readonly engine: Engine;
  /** The collection of leftovers that goes on beside the calls, if any. */
  readonly collection: AutomaticCollection | undefined;
  readonly kinds: ReadonlyMap<string, FunctionKind>;
  readonly settings: ViewSettings;
  /** Told when the module has been cleaned up. */
  readonly onClosed: () => void;
}

/** Puts a module together. Its parts are not among its properties: it is made to be logged. */
export function createFaastModule(parts: FaastModuleParts): FaastModule<object> {
  const { deployment, engine, kinds, options, provider, settings } = parts;
  const nonIdempotent: ReadonlySet<string> = new Set(options.nonIdempotent);
  const viewsWith = (own: ViewSettings): object => ({
    ...createProxies({ engine, kinds, nonIdempotent, settings: own }),
    with: (given: CallOptions) => {
      const checked = checkOptions(callOptionTable, given, "with()");
      if (checked.transfer !== undefined && deployment.limits.sharesMemory !== true)
        throw noTransfer(provider);
      return viewsWith(settingsWith(own, checked));
    },
  });
  let closing: Promise<void> = Promise.resolve();

  const cleanup = (given?: CleanupOptions): Promise<void> => {
    let checked: Required<CleanupOptions>;
    try {
      checked = checkOptions(cleanupOptionTable, given, "cleanup()");
    } catch (error) {
      return Promise.reject(error);
    }
    engine.close("the module has been cleaned up");
    const collected = parts.collection?.end(checked.gcTimeout);
    // One after the other: a second call may have other options than the first.
    const next = closing
      .catch(() => undefined)
      .then(() => endDeployment(deployment, checked))
      .finally(() => collected);
    closing = next;
    return next.finally(parts.onClosed);
  };
  const summary = { provider, functions: [...kinds.keys()] };
  const module = {
    provider,
    options,
    ...viewsWith(settings),
    cleanup,
    logUrl: () => deployment.logUrl(),
    stats: (functionName?: string) => engine.stats.snapshot(functionName),
    costSnapshot: () => {
      const stats = engine.stats.snapshot();
      return new CostSnapshot({
        provider,
        options,
        stats,
        costMetrics: deployment.estimateCost(stats),
      });
    },
    on: (name: "stats", listener: StatsListener) => {
      requireStats(name);
      if (typeof listener !== "function") throw new TypeError("The listener must be a function.");
      engine.stats.on(listener);
    },
    off: (name: "stats", listener: StatsListener) => {
      requireStats(name);
      engine.stats.off(listener);
    },
  };
  Object.defineProperties(module, {
    [Symbol.asyncDispose]: { value: () => cleanup() },
    toJSON: { value: () => summary },
    [inspect.custom]: { value: () => `FaastModule ${inspect(summary)}` },
  });
  return Object.freeze(module) as unknown as FaastModule<object>;
}

function noTransfer(provider: string): FaastOptionsError {
  return new FaastOptionsError(
    `The option "transfer" of with() needs functions that share memory with their caller, which those of faast("${provider}") do not with these options. Use the local provider with isolation: "thread", or leave it out: buffers are copied then.`,
  );
}

function requireStats(name: string): void {
  if (name !== "stats")
    throw new TypeError(`There is no event "${name}"; the only one is "stats".`);
}
