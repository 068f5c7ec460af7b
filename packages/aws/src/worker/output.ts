/** Characters of the child's output that are kept, to tell how it ended. */
const KEPT = 16 * 1024;

let tail = "";

/** Passes the child's output on to this function's log. */
export function passOutput(chunk: Buffer): void {
  process.stdout.write(chunk);
  tail = (tail + chunk.toString()).slice(-KEPT);
}

/** What the child has written at last. */
export function lastOutput(): string {
  return tail;
}
