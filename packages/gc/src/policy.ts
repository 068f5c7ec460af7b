import type { Lease } from "./lease.js";
import type { OwnMark, Resource } from "./resource.js";

/** A resource of ours, for a policy to decide on. */
export interface Subject {
  readonly resource: Resource;
  readonly mark: OwnMark;
  readonly lease: Lease;
  /** Milliseconds since it was created. */
  readonly age: number;
}

/** What is to become of a resource, and why. */
export interface Decision {
  readonly delete: boolean;
  /** For people. */
  readonly why: string;
}

/**
 * Decides what is a leftover. It is asked of resources that bear our tags only: nothing else is ever
 * deleted, whatever the policy.
 */
export interface Policy {
  decide(subject: Subject): Decision;
  /**
   * It deletes though leases are held: then they are not read again before the deletion. Default: false.
   */
  readonly overridesLeases?: boolean;
}

/** Which leftovers are spared by their age, and whether caches are spared. */
export interface ExpiredPolicyOptions {
  /** Milliseconds that must have passed since a resource was created. Default: 0. */
  readonly olderThan?: number;
  /**
   * Caches go, too, though jobs to come would use them again: they make them anew. What is seen to be in use
   * stays. Default: false.
   */
  readonly caches?: boolean;
}

/**
 * What nobody holds a lease of any more, and is old enough.
 *
 * @example
 * ```ts
 * import { expiredPolicy } from "@faast/gc";
 * const policy = expiredPolicy({ olderThan: 24 * 60 * 60 * 1000 });
 * ```
 */
export function expiredPolicy(options: ExpiredPolicyOptions = {}): Policy {
  const { olderThan = 0, caches = false } = options;
  return {
    decide: ({ mark, lease, age }) => {
      if (caches && mark.cache !== undefined && !isSeenInUse(lease)) {
        if (age < olderThan) return keep("it is not old enough");
        return { delete: true, why: "asked for: who needs it makes it anew" };
      }
      if (lease.state === "unknown") return keep("nothing tells when its lease ends");
      if (lease.state === "held") return keep(whyHeld(lease, mark));
      if (age < olderThan) return keep("it is not old enough");
      return { delete: true, why: whyEnded(lease) };
    },
  };
}

/**
 * All of one job, and nothing else, whatever its lease: for whoever knows that it is to go.
 *
 * @param job - its UUID.
 */
export function jobPolicy(job: string): Policy {
  return {
    overridesLeases: true,
    decide: ({ mark, lease }) => {
      if (mark.job !== job) return keep("it belongs to another job");
      if (lease.state === "ended") return { delete: true, why: whyEnded(lease) };
      return { delete: true, why: `asked for, though ${whyHeld(lease, mark)}` };
    },
  };
}

function isSeenInUse({ ownerSeen, state }: Lease): boolean {
  return ownerSeen && state === "held";
}

function keep(why: string): Decision {
  return { delete: false, why };
}

function whyHeld(lease: Lease, mark: OwnMark): string {
  if (lease.state === "unknown") return "nothing tells when its lease ends";
  if (lease.ownerSeen) return mark.cache === undefined ? "its owner is alive" : "it is in use";
  return `its lease lasts until ${lease.expires?.toISOString() ?? "an unknown time"}`;
}

function whyEnded({ expires, ownerSeen }: Lease): string {
  if (ownerSeen || expires === undefined) return "its owner is gone";
  return `its lease ended at ${expires.toISOString()}`;
}
