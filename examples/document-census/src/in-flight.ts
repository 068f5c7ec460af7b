/**
 * Does the work for every item, for at most `limit` of them at a time. Items are taken only when there
 * is a place for them. After a failure no further item is taken; it rejects with the first failure,
 * when what was in flight has settled.
 */
export async function forEachInFlight<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  let failed = false;
  const run = async () => {
    while (!failed) {
      const next = remaining.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const runs = await Promise.allSettled(Array.from({ length: limit }, run));
  for (const each of runs) if (each.status === "rejected") throw each.reason;
}
