import { constants } from "node:os";

/** Signals by which a user or a system asks a program to end. */
const endingSignals = ["SIGINT", "SIGTERM"] as const;
/** Milliseconds that the clean-up may take before the process ends anyway. */
const CLEANUP_DEADLINE = 10_000;

const cleanups = new Set<() => Promise<void>>();
let ending = false;

/** Cleans up every live module, then ends the process as the signal would have done. */
function onSignal(signal: NodeJS.Signals): void {
  const others = process.listenerCount(signal) - 1;
  if (ending) {
    // Asked again: at once, then.
    if (others === 0) die(signal);
    return;
  }
  ending = true;
  const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLEANUP_DEADLINE).unref());
  const all = Promise.allSettled([...cleanups].map((cleanup) => cleanup()));
  void Promise.race([all, deadline]).then(() => {
    ending = false;
    // Where somebody else listens, the program has plans of its own for the signal.
    if (others === 0) die(signal);
    else if (cleanups.size === 0) ignoreSignals();
  });
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

/** Has `cleanup` called when the process is asked to end; the result forgets it. */
export function registerLiveModule(cleanup: () => Promise<void>): () => void {
  if (cleanups.size === 0) for (const signal of endingSignals) process.on(signal, onSignal);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0 && !ending) ignoreSignals();
  };
}
