const callbacks = new Set<() => void>();

function runAll(): void {
  for (const callback of callbacks) {
    try {
      callback();
    } catch {
      // The process is ending; what one instance cannot remove must not keep the others from it.
    }
  }
}

/** Calls back when this process ends by itself; the result forgets it. One listener for all. */
export function onProcessExit(callback: () => void): () => void {
  if (callbacks.size === 0) process.on("exit", runAll);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) process.off("exit", runAll);
  };
}
