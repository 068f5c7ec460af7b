import { callKey } from "./call-key.js";
import type { ResultCache } from "./result-cache.js";

export interface SharedResultsParts {
  readonly functionName: string;
  /** Keep results for as long as the function lives. */
  readonly memoize: boolean;
  readonly cache: ResultCache | undefined;
}

/** Results by arguments: calls with equal arguments share one run while it lasts, or its result. */
export class SharedResults {
  private readonly parts: SharedResultsParts;
  private readonly results = new Map<string, Promise<unknown>>();

  constructor(parts: SharedResultsParts) {
    this.parts = parts;
  }

  /** The result for these arguments: that of another call, of the cache, or of `run`. */
  get<R>(args: readonly unknown[], run: () => Promise<R>): Promise<R> {
    const { cache, functionName, memoize } = this.parts;
    let key: string;
    try {
      key = callKey(functionName, args);
    } catch (error) {
      return Promise.reject(error);
    }
    const known = this.results.get(key);
    if (known !== undefined) return known as Promise<R>;
    const result = cache === undefined ? run() : cache.through(key, run);
    this.results.set(key, result);
    const forget = () => void this.results.delete(key);
    // A failure is nobody's result: the next call tries again.
    result.then(memoize ? undefined : forget, forget);
    return result;
  }
}
