import { FaastOptionsError } from "../errors.js";
import { Gate } from "./gate.js";
import { checkLimits, type Limits } from "./limits.js";
import { ResultCache } from "./result-cache.js";
import { SharedResults } from "./shared-results.js";

/**
 * Makes a function that does what `fn` does, under limits: for databases and services that only bear so
 * much. Calls go through `memoize`, then `cache`, then `concurrency` and `rate`, then to `fn`; they start
 * in the order in which they were made.
 *
 * With `memoize` or `cache`, calls with equal arguments share one run, and its result: equal is what the
 * wire makes equal of them (`Map`, `Set`, `Date`, `NaN` and `-0` included), whatever the order of an
 * object's properties. What `fn` throws is neither memoized nor cached. Only results of a function
 * that goes by its arguments alone can be shared: `this` is passed on, but is no part of the key.
 * Memoized results stay for as long as the function does. Cached ones are kept by the function's name
 * and arguments, as the wire encodes them; a file that cannot be decoded counts as missing, and a
 * result that cannot be encoded is returned without being cached.
 *
 * @param limits - see {@link Limits}.
 * @param fn - a function that returns a promise.
 * @returns a function with the parameters, the result, the name and the `this` of `fn`. It rejects, and
 * never throws: with what `fn` throws; with `FaastCancelledError` once `limits.signal` has fired; with
 * `FaastSerializationError` where an argument cannot be encoded to memoize or cache by it.
 * @throws FaastOptionsError for a limit that is missing, unknown or wrong.
 *
 * @example
 * ```ts
 * import { PersistentCache, throttle } from "@faast/core";
 * const fetchPrice = throttle(
 *   { concurrency: 4, rate: 10, burst: 5, retry: 3, cache: new PersistentCache(".shop/prices") },
 *   async (item: string) => (await fetch(`https://example.com/prices/${item}`)).text(),
 * );
 * const prices = await Promise.all(["apple", "pear"].map((item) => fetchPrice(item)));
 * ```
 */
export function throttle<This, A extends unknown[], R>(
  limits: Limits,
  fn: (this: This, ...args: A) => Promise<R>,
): (this: This, ...args: A) => Promise<R> {
  const checked = checkLimits(limits);
  if (typeof fn !== "function") {
    throw new FaastOptionsError(
      `The second argument of throttle() must be a function that returns a promise, not ${fn === null ? "null" : `of type ${typeof fn}`}.`,
    );
  }
  const functionName = fn.name || "(anonymous)";
  const gate = new Gate(functionName, checked);
  const { cache, memoize } = checked;
  const shared =
    memoize === true || cache !== undefined
      ? new SharedResults({
          functionName,
          memoize: memoize === true,
          cache: cache && new ResultCache(functionName, cache),
        })
      : undefined;

  function throttled(this: This, ...args: A): Promise<R> {
    const { refusal } = gate;
    if (refusal !== undefined) return Promise.reject(refusal);
    const run = () => gate.run(() => fn.apply(this, args));
    return shared === undefined ? run() : shared.get(args, run);
  }
  return Object.defineProperties(throttled, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
}
