/**
 * Milliseconds that a job is taken for alive after its client's last word: an hour. No function runs for
 * longer than a quarter of one, so a client that has been asleep for an hour has lost its calls anyway; and
 * who looks for what a killed program has left finds it on the same day.
 */
export const LEASE_TIME = 60 * 60_000;
