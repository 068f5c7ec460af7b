import type { LeaseReading } from "./lease.js";
import type { Resource } from "./resource.js";

/** How resources are listed. */
export interface ListOptions {
  readonly signal: AbortSignal;
  /** Sizes and costs are wanted, too, though it may take longer to find them. */
  readonly details: boolean;
}

/** How fast a service may be asked. */
export interface CollectorPace {
  /** Deletions under way at once, at most. */
  readonly concurrency: number;
  /** Deletions begun each second, at most; retries count. */
  readonly rate: number;
}

/** A resource that was not deleted, though it was to be, since it is in use, renewed, or another's by now. */
export interface Spared {
  /** Why, for people. */
  readonly spared: string;
}

/**
 * Lists what jobs may have left behind in one place (an account and region, a machine), and deletes one
 * piece of it. It decides nothing.
 *
 * What it waits for should not keep the process alive: whoever wants to wait does so by themselves.
 */
export interface Collector {
  /**
   * What it looks at, in a form that is the same each time: `"123456789012/us-west-2"`.
   *
   * @param signal - gives up asking. Default: it is not given up.
   */
  scope(signal?: AbortSignal): Promise<string>;
  /**
   * Everything that may be a leftover, in pages. Without its tags and leases nothing can be decided, so
   * that a listing that is not complete must fail: a job whose lease is missing would look dead.
   */
  list(options: ListOptions): AsyncIterable<readonly Resource[]>;
  /**
   * Deletes a resource; one that is gone already is no failure. Where an identifier can be used again, it
   * makes sure that it is the same thing still.
   */
  delete(resource: Resource, signal: AbortSignal): Promise<Spared | undefined>;
  /**
   * Reads the lease of a job again, just before the first of its resources is deleted; undefined if there
   * is none any more. A failure is one of the deletion, and it is tried again like it. Default: what was
   * listed counts.
   */
  readLease?(job: string, signal: AbortSignal): Promise<LeaseReading | undefined>;
  /** Whether a failure of `delete` or `readLease` may pass. Default: each may. */
  isTransient?(error: unknown): boolean;
  /** How fast its service may be asked. Default: 5 at once, 10 each second. */
  readonly pace?: CollectorPace;
}
