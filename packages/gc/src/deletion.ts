import type { Collector } from "./collector.js";
import type { LeaseCheck } from "./lease-check.js";
import type { Pace } from "./pace.js";
import { pause } from "./pause.js";
import type { PlannedResource } from "./plan.js";

/** How resources are deleted. */
export interface DeletionTerms {
  readonly collector: Collector;
  readonly pace: Pace;
  readonly leases: LeaseCheck;
  readonly signal: AbortSignal;
  readonly keepAlive: boolean;
  readonly retries: number;
  /** Milliseconds that an attempt may take. */
  readonly attemptTime: number;
  /** Milliseconds of the first pause between attempts, at most. */
  readonly backoff: number;
}

/** Why a resource was not deleted. */
export type Shortfall =
  | { readonly skipped: string }
  | { readonly error: unknown; readonly reason: string; readonly attempts: number };

/** Milliseconds of a pause between two attempts, at most. */
const LONGEST_PAUSE = 20_000;

const givenUp: Shortfall = { skipped: "the sweep was given up" };

/** Deletes one resource, in as many attempts as it may take; undefined if it is gone. */
export function deleteResource(
  planned: PlannedResource,
  terms: DeletionTerms,
): Promise<Shortfall | undefined> {
  const { collector, leases, pace, retries, signal, keepAlive } = terms;
  return pace.within(async () => {
    for (let attempts = 1; ; attempts++) {
      await pace.turn();
      if (signal.aborted) return givenUp;
      let failure = "its lease could not be read again: ";
      try {
        const reason = await attempt((own) => leases.reasonToKeep(planned, own), terms);
        if (reason !== undefined) return { skipped: reason };
        failure = "";
        const spared = await attempt((own) => collector.delete(planned.resource, own), terms);
        return spared === undefined ? undefined : { skipped: spared.spared };
      } catch (error) {
        if (signal.aborted) return givenUp;
        const isFinal = collector.isTransient?.(error) === false || attempts > retries;
        if (isFinal) return { error, reason: failure + messageOf(error), attempts };
      }
      // Full jitter: those that failed together do not come back together.
      const longest = Math.min(LONGEST_PAUSE, terms.backoff * 2 ** (attempts - 1));
      await pause(Math.random() * longest, { signal, keepAlive });
    }
  });
}

/** One attempt, which ends when its time is up, whatever the collector does. */
async function attempt<T>(
  task: (signal: AbortSignal) => Promise<T>,
  { signal, attemptTime, keepAlive }: DeletionTerms,
): Promise<T> {
  signal.throwIfAborted();
  const abort = new AbortController();
  let giveUp: (reason: unknown) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    giveUp = (reason) => {
      abort.abort(reason);
      reject(reason);
    };
  });
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(
    () => giveUp(new Error(`it took longer than ${attemptTime / 1000} s`)),
    attemptTime,
  );
  if (!keepAlive) timer.unref();
  try {
    // Within a promise: a collector that throws at once has failed like any other.
    const working = Promise.resolve().then(() => task(abort.signal));
    return await Promise.race([working, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
