import { expiryOf, ownMark, type Resource } from "./resource.js";

/** What is known of a job's lease at one place. */
export interface LeaseReading {
  readonly expires?: Date | undefined;
  /** Whether the owner is alive, where that can be seen; then `expires` does not count. */
  readonly ownerAlive?: boolean | undefined;
}

/**
 * Whether what a lease covers is in use: `held`, `ended`, or `unknown`, which is treated as held.
 */
export type LeaseState = "held" | "ended" | "unknown";

/** The lease of a job, or of a cache, over all that belongs to it. */
export interface Lease {
  readonly state: LeaseState;
  /** When it ends, where it goes by time. */
  readonly expires: Date | undefined;
  /** Whether that the owner is dead was seen, not concluded from the time. */
  readonly ownerSeen: boolean;
}

/** The time, and by how much clocks may differ. */
export interface LeaseClock {
  readonly now: Date;
  /** Milliseconds by which this clock and the owner's may differ. */
  readonly clockSkew: number;
}

/** Milliseconds by which clocks may differ unless said otherwise: five minutes. */
export const CLOCK_SKEW = 5 * 60_000;

/** The lease that follows from what is known at several places: the one that lasts longest counts. */
export function leaseFrom(readings: readonly LeaseReading[], clock: LeaseClock): Lease {
  const seen = readings.filter(({ ownerAlive }) => ownerAlive !== undefined);
  let latest: number | undefined;
  for (const { expires } of readings)
    if (expires !== undefined) latest = Math.max(latest ?? -Infinity, expires.getTime());
  const expires = latest === undefined ? undefined : new Date(latest);
  if (seen.length > 0) {
    const alive = seen.some(({ ownerAlive }) => ownerAlive === true);
    return { state: alive ? "held" : "ended", expires, ownerSeen: true };
  }
  return { state: stateAt(expires, clock), expires, ownerSeen: false };
}

function stateAt(expires: Date | undefined, { now, clockSkew }: LeaseClock): LeaseState {
  if (expires === undefined) return "unknown";
  return now.getTime() > expires.getTime() + clockSkew ? "ended" : "held";
}

/** The leases of everything of ours in a listing: one for each job, one for each cache. */
export class LeaseTable {
  private readonly leases: ReadonlyMap<string, Lease>;

  constructor(resources: readonly Resource[], clock: LeaseClock) {
    const readings = new Map<string, LeaseReading[]>();
    for (const resource of resources) {
      const holder = holderOf(resource);
      if (holder === undefined) continue;
      const reading = { expires: expiryOf(resource), ownerAlive: resource.ownerAlive };
      const known = readings.get(holder);
      if (known === undefined) readings.set(holder, [reading]);
      else known.push(reading);
    }
    this.leases = new Map(
      [...readings].map(([holder, each]) => [holder, leaseFrom(each, clock)] as const),
    );
  }

  /** The lease that covers a resource; undefined if it is not ours. */
  of(resource: Resource): Lease | undefined {
    const holder = holderOf(resource);
    return holder === undefined ? undefined : this.leases.get(holder);
  }
}

/** Who holds the lease: the job; of what jobs share, each piece by itself. */
function holderOf(resource: Resource): string | undefined {
  const mark = ownMark(resource);
  if (mark === undefined) return undefined;
  return mark.job === undefined ? `${resource.kind} ${resource.id}` : `job ${mark.job}`;
}
