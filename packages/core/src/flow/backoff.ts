/** Milliseconds before the first retry, at most; doubled for each further one. */
const BASE_DELAY = 200;
/** Milliseconds before any retry, at most. */
const MAX_DELAY = 10_000;

/** Full jitter: anything between nothing and an exponentially growing bound, in milliseconds. */
export function backoffDelay(attempt: number): number {
  return Math.random() * Math.min(MAX_DELAY, BASE_DELAY * 2 ** attempt);
}
