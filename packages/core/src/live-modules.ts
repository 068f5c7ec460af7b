import { constants } from "node:os";

/** Signals by which a user or a system asks a program to end. */
const endingSignals = ["SIGINT", "SIGTERM"] as const;
/** Milliseconds that the clean-up may take before the process ends anyway. */
const CLEANUP_DEADLINE = 10_000;

/** A module, or the making of one, that has something to remove. */
export interface LiveModule {
  /** Removes what there is, without a word to the user's code: the process is about to end. */
  release(): Promise<void>;
  /** Tells the user's code, where the process does not end after all. */
  cancel(): void;
}

const modules = new Set<LiveModule>();
let ending = false;

/** Cleans up every live module, then ends the process as the signal would have done. */
function onSignal(signal: NodeJS.Signals): void {
  const others = process.listenerCount(signal) - 1 - exitWatchers();
  if (ending) {
    // Asked again: at once, then.
    if (others === 0) die(signal);
    return;
  }
  ending = true;
  const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLEANUP_DEADLINE).unref());
  const released = [...modules];
  const all = Promise.allSettled(released.map((each) => each.release()));
  void Promise.race([all, deadline]).then(() => {
    ending = false;
    // Where somebody else listens, the program has plans of its own for the signal.
    if (others === 0) return die(signal);
    for (const each of released) each.cancel();
    if (modules.size === 0) ignoreSignals();
  });
}

/**
 * Listeners of the package `signal-exit`, in which many programs wrap their last words: they end the
 * process themselves once nobody else listens, so they have no plans of their own.
 */
function exitWatchers(): number {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for("signal-exit emitter")],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  return emitters
    .map((each) => (each as { count?: unknown } | undefined)?.count)
    .reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0);
}

function ignoreSignals(): void {
  for (const each of endingSignals) process.off(each, onSignal);
}

function die(signal: NodeJS.Signals): void {
  ignoreSignals();
  process.kill(process.pid, signal);
  // Where the signal does not end a process (Windows), its exit code does.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

/** Has a module released when the process is asked to end; the result forgets it. */
export function registerLiveModule(module: LiveModule): () => void {
  if (modules.size === 0) for (const signal of endingSignals) process.on(signal, onSignal);
  modules.add(module);
  return () => {
    modules.delete(module);
    if (modules.size === 0 && !ending) ignoreSignals();
  };
}
