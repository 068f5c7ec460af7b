/**
 * A call may be sent to a worker while another still runs there, so that the worker need not wait for its
 * next call. It must not be held up by the call before it: it is sent with a lease, the time until which
 * it may be begun. A worker that is not free by then leaves it, and it goes elsewhere.
 *
 * Exactly one side has the call, although nothing is asked or answered:
 * - The worker begins it only if the clock says so after it has written the last frame of the call before.
 * - The supervisor takes it back only when the lease is over, and it has then read what the worker had
 *   written, and that frame is not there.
 */

/** Milliseconds in which a call that is sent ahead is to be begun. */
export const LEASE = 5;

/** Milliseconds on a clock that all processes of this machine share; it never goes back. */
export function machineTime(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
