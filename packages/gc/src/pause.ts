/** How long to wait, and what for. */
export interface PauseOptions {
  readonly signal: AbortSignal;
  /** Whether the wait keeps the process alive. */
  readonly keepAlive: boolean;
}

/** Waits so many milliseconds, or until the signal fires. */
export function pause(milliseconds: number, { signal, keepAlive }: PauseOptions): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || milliseconds <= 0) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (!keepAlive) timer.unref();
    signal.addEventListener("abort", end, { once: true });
  });
}
