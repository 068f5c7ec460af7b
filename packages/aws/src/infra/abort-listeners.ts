const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` when the signal fires, until the result is called.
 *
 * A job has one signal and hundreds of requests under way: Node takes that many listeners of one
 * signal for a leak, and says so, hence one listener for all.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = listeners.get(signal) ?? listenTo(signal);
  acts.add(act);
  return () => acts.delete(act);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  listeners.set(signal, acts);
  signal.addEventListener("abort", () => acts.forEach((each) => each()), { once: true });
  return acts;
}
