import type { AwsOptions } from "@faast/aws";

/**
 * The ways in which calls travel, for `describe.each`. No collection of leftovers goes on beside them, whose
 * requests would be counted, and refused, among theirs.
 */
export const modes: readonly [name: string, options: AwsOptions][] = [
  ["https mode", { mode: "https", gc: "off" }],
  ["queue mode, asynchronous invocation", { mode: "queue", queueDispatch: "event", gc: "off" }],
  ["queue mode, notifications", { mode: "queue", queueDispatch: "sns", gc: "off" }],
];

/** What a promise rejects with. */
export function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error,
  );
}

/** Waits until a condition holds; whoever waits in vain is ended by the test's time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
