import { log } from "../log.js";
import type { Deployment } from "../provider/contract.js";
import { MAX_DELAY } from "../timer.js";

/**
 * Renews the lease of a job for as long as its client runs; the result ends that. It does not keep the
 * process alive: a client that is gone is to lose its lease.
 */
export function renewLease(job: string, { lease }: Deployment): () => void {
  if (lease === undefined) return () => undefined;
  let busy = false;
  const renew = async (): Promise<void> => {
    if (busy) return; // the one before is late
    busy = true;
    try {
      await lease.renew();
      log.gc("%s: lease renewed", job);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn("%s: its lease could not be renewed: %s", job, reason);
    } finally {
      busy = false;
    }
  };
  const interval = Math.min(lease.interval, MAX_DELAY);
  const timer = setInterval(() => void renew(), interval).unref();
  return () => clearInterval(timer);
}
