/**
 * Leftover resources: describe, decide, sweep. It knows no cloud: a {@link Collector} does.
 *
 * @packageDocumentation
 */
export {
  expiryOf,
  ownMark,
  resourceKey,
  tagNames,
  type OwnMark,
  type Resource,
  type ResourceReference,
} from "./resource.js";
export type { Collector, CollectorPace, ListOptions, Spared } from "./collector.js";
export {
  CLOCK_SKEW,
  leaseFrom,
  type Lease,
  type LeaseClock,
  type LeaseReading,
  type LeaseState,
} from "./lease.js";
export {
  expiredPolicy,
  jobPolicy,
  type Decision,
  type ExpiredPolicyOptions,
  type Policy,
  type Subject,
} from "./policy.js";
export {
  makePlan,
  planFrom,
  type ListingOptions,
  type Plan,
  type PlannedResource,
  type PlanOptions,
} from "./plan.js";
export {
  sweep,
  type DeletedResource,
  type FailedResource,
  type Outcome,
  type SkippedResource,
  type SweepOptions,
  type SweepProgress,
  type SweepReport,
} from "./sweep.js";
