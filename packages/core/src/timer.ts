/** The longest delay that a timer can have, in milliseconds; a longer one would fire at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/**
 * Calls back after a delay, and after whatever has arrived meanwhile: a process that was busy for
 * longer than the delay first reads what others have sent it. The result cancels it.
 */
export function armTimer(delay: number, callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      immediate = setImmediate(callback);
    },
    Math.min(delay, MAX_DELAY),
  );
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
