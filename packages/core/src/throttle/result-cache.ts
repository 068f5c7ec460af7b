import { log } from "../log.js";
import { decode, encode } from "../wire/index.js";
import type { Limits } from "./limits.js";

/** Results on disk. That it cannot be read or written costs time, and no call. */
export class ResultCache {
  private readonly functionName: string;
  private readonly store: NonNullable<Limits["cache"]>;
  private warned = false;

  constructor(functionName: string, store: NonNullable<Limits["cache"]>) {
    this.functionName = functionName;
    this.store = store;
  }

  /** The cached result of a key; else that of `run`, which is cached before it is returned. */
  async through<R>(key: string, run: () => Promise<R>): Promise<R> {
    const found = await this.read(key);
    if (found !== undefined) return found.value as R;
    const value = await run();
    await this.write(key, value);
    return value;
  }

  private async read(key: string): Promise<{ readonly value: unknown } | undefined> {
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.store.get(key);
    } catch (error) {
      this.warn("cannot be read from its cache", error);
    }
    if (bytes === undefined) return undefined;
    try {
      return { value: decode(bytes) };
    } catch {
      // Of another version, or not of ours: as good as missing, and about to be replaced.
      return undefined;
    }
  }

  private async write(key: string, value: unknown): Promise<void> {
    try {
      await this.store.set(key, encode(value));
    } catch (error) {
      this.warn("cannot be cached", error);
    }
  }

  /** Once is enough. Without the error's message, which may quote the result. */
  private warn(what: string, error: unknown): void {
    if (this.warned) return;
    this.warned = true;
    const { code } = error as { code?: unknown };
    log.warn(
      "%s: a result %s (%s); such calls run every time",
      this.functionName,
      what,
      code ?? "unknown",
    );
  }
}
