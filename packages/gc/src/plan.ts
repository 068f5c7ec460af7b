import type { Collector } from "./collector.js";
import { deletionOrder, Needs } from "./deletion-order.js";
import { CLOCK_SKEW, LeaseTable, type Lease } from "./lease.js";
import type { Policy } from "./policy.js";
import { ownMark, resourceKey, type OwnMark, type Resource } from "./resource.js";

/** A resource of a plan, and why it is there. */
export interface PlannedResource {
  readonly resource: Resource;
  /** What our tags say of it; undefined if it bears none. */
  readonly mark: OwnMark | undefined;
  /** The lease that covers it; undefined if it is not ours. */
  readonly lease: Lease | undefined;
  /** Why it is to be deleted, or kept: for people. */
  readonly why: string;
}

/** What is to be deleted, in which order, and what is to stay. */
export interface Plan {
  /** First what others do not need; none before what depends on it. */
  readonly deletions: readonly PlannedResource[];
  readonly kept: readonly PlannedResource[];
  /** The time by which it was decided. */
  readonly now: Date;
  /** Milliseconds by which clocks may differ. */
  readonly clockSkew: number;
  /** Leases did not count: see {@link Policy.overridesLeases}. */
  readonly overridesLeases: boolean;
}

/** How a plan is made. */
export interface PlanOptions {
  /** Default: now. */
  readonly now?: Date;
  /** Milliseconds by which clocks may differ. Default: five minutes. */
  readonly clockSkew?: number;
}

/** How resources are listed for a plan. */
export interface ListingOptions extends PlanOptions {
  readonly signal?: AbortSignal;
  /** Find sizes and costs, too. Default: false. */
  readonly details?: boolean;
  /** Told after each page how many resources there are so far. */
  readonly onListed?: (count: number) => void;
}

/**
 * Lists everything, then plans: nothing is deleted.
 *
 * @throws what the collector throws, or the signal's reason: without a complete listing there is no plan.
 * @example
 * ```ts
 * import { expiredPolicy, makePlan, sweep, type Collector } from "@faast/gc";
 * async function clean(collector: Collector) {
 *   const plan = await makePlan(collector, expiredPolicy());
 *   for (const { resource, why } of plan.deletions) console.log(resource.id, why);
 *   return sweep(collector, plan);
 * }
 * ```
 */
export async function makePlan(
  collector: Collector,
  policy: Policy,
  options: ListingOptions = {},
): Promise<Plan> {
  const { details = false, onListed, signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const resources: Resource[] = [];
  for await (const page of collector.list({ signal, details })) {
    signal.throwIfAborted();
    for (const each of page) resources.push(each);
    onListed?.(resources.length);
  }
  signal.throwIfAborted();
  return planFrom(resources, policy, options);
}

/** Plans for resources that are known already. One that is listed twice counts once. */
export function planFrom(
  listed: readonly Resource[],
  policy: Policy,
  { now = new Date(), clockSkew = CLOCK_SKEW }: PlanOptions = {},
): Plan {
  const leases = new LeaseTable(listed, { now, clockSkew });
  const resources = [...new Map(listed.map((each) => [resourceKey(each), each])).values()];
  const doomed: PlannedResource[] = [];
  const kept: PlannedResource[] = [];
  for (const resource of resources) {
    const mark = ownMark(resource);
    const lease = leases.of(resource);
    if (mark === undefined || lease === undefined) {
      kept.push({ resource, mark, lease, why: "it does not bear our tags" });
      continue;
    }
    const age = now.getTime() - mark.created.getTime();
    const decision = policy.decide({ resource, mark, lease, age });
    (decision.delete ? doomed : kept).push({ resource, mark, lease, why: decision.why });
  }
  const needs = new Needs(resources);
  const needed = neededByKept(kept, needs);
  for (const each of doomed) {
    const user = needed.get(resourceKey(each.resource));
    if (user !== undefined) kept.push({ ...each, why: `it is needed by the ${user}` });
  }
  return {
    deletions: deletionOrder(
      doomed.filter(({ resource }) => !needed.has(resourceKey(resource))),
      needs,
    ),
    kept,
    now,
    clockSkew,
    overridesLeases: policy.overridesLeases ?? false,
  };
}

/** What stays, since something that stays needs it, whether at once or by way of others; and what does. */
function neededByKept(kept: readonly PlannedResource[], needs: Needs): ReadonlyMap<string, string> {
  const needed = new Map<string, string>();
  const pending = kept.map(({ resource }) => resource);
  for (let user = pending.pop(); user !== undefined; user = pending.pop()) {
    for (const each of needs.of(user)) {
      if (needed.has(resourceKey(each))) continue;
      needed.set(resourceKey(each), resourceKey(user));
      pending.push(each);
    }
  }
  return needed;
}
