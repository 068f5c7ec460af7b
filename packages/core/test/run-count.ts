/** How often a property is tried: so often that it takes seconds, and far longer in `test:full`. */
export function runs(count: number): number {
  return process.env.FAAST_TEST_FULL === "1" ? 20 * count : count;
}

/** Milliseconds that a property may take. */
export const PROPERTY_TIME = 60_000 * (process.env.FAAST_TEST_FULL === "1" ? 20 : 1);
