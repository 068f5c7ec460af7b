import type { Collector, CollectorPace } from "./collector.js";
import { deleteResource, type DeletionTerms } from "./deletion.js";
import { Needs } from "./deletion-order.js";
import { LeaseCheck } from "./lease-check.js";
import { Pace } from "./pace.js";
import type { Plan, PlannedResource } from "./plan.js";
import { resourceKey, type OwnMark, type Resource } from "./resource.js";

/** How a plan is carried out. */
export interface SweepOptions {
  /** Gives up: what has not been begun is skipped. */
  readonly signal?: AbortSignal;
  /** How fast; what the collector says of its service is the limit. Default: just that. */
  readonly pace?: Partial<CollectorPace>;
  /** Attempts beyond the first for each resource. Default: 4. */
  readonly retries?: number;
  /** Milliseconds that an attempt may take. Default: five minutes. */
  readonly attemptTime?: number;
  /** Milliseconds of the first pause between two attempts, at most; it doubles. Default: 500. */
  readonly backoff?: number;
  /** Whether pauses keep the process alive. Default: true. */
  readonly keepAlive?: boolean;
  /** Told of each resource that is done with. What it throws is ignored: the sweep goes on. */
  readonly onProgress?: (progress: SweepProgress) => void;
}

/** What became of one resource of a plan. */
export type Outcome = "deleted" | "skipped" | "failed";

/** How far a sweep has come. */
export interface SweepProgress {
  readonly resource: Resource;
  readonly outcome: Outcome;
  /** Resources of the plan that are done with. */
  readonly done: number;
  /** Resources that the plan is to delete. */
  readonly total: number;
}

/** A resource that was deleted. */
export interface DeletedResource {
  readonly resource: Resource;
  readonly mark: OwnMark | undefined;
  readonly why: string;
}

/** A resource that was to be deleted, and was not. */
export interface SkippedResource {
  readonly resource: Resource;
  readonly mark: OwnMark | undefined;
  /** Why: for people. */
  readonly reason: string;
}

/** A resource that could not be deleted. */
export interface FailedResource extends SkippedResource {
  /** What the last attempt ran into. */
  readonly error: unknown;
  readonly attempts: number;
}

/** What a sweep has done. */
export interface SweepReport {
  readonly deleted: readonly DeletedResource[];
  readonly skipped: readonly SkippedResource[];
  readonly failed: readonly FailedResource[];
}

const defaultPace: CollectorPace = { concurrency: 5, rate: 10 };

/**
 * Carries out a plan. It rejects for no resource: what cannot be deleted is in the report, and what others
 * that were not deleted need is left alone.
 */
export async function sweep(
  collector: Collector,
  plan: Plan,
  options: SweepOptions = {},
): Promise<SweepReport> {
  const { signal = new AbortController().signal, keepAlive = true, onProgress } = options;
  const limits = collector.pace ?? defaultPace;
  const pace = new Pace(
    {
      concurrency: Math.max(
        1,
        Math.min(limits.concurrency, options.pace?.concurrency ?? limits.concurrency),
      ),
      rate: Math.min(limits.rate, options.pace?.rate ?? limits.rate),
    },
    { signal, keepAlive },
  );
  const terms: DeletionTerms = {
    collector,
    pace,
    leases: new LeaseCheck(collector, plan),
    signal,
    keepAlive,
    retries: options.retries ?? 4,
    attemptTime: options.attemptTime ?? 5 * 60_000,
    backoff: options.backoff ?? 500,
  };
  const deleted: DeletedResource[] = [];
  const skipped: SkippedResource[] = [];
  const failed: FailedResource[] = [];
  const total = plan.deletions.length;
  let done = 0;
  const users = usersIn(plan.deletions);
  const outcomes = new Map<string, Promise<Outcome>>();

  const settle = async (planned: PlannedResource): Promise<Outcome> => {
    const { resource, mark, why } = planned;
    // Those before it in the order; where there is a circle, the others wait for it in turn.
    const before = (users.get(resourceKey(resource)) ?? []).flatMap((user) => {
      const outcome = outcomes.get(resourceKey(user));
      return outcome === undefined ? [] : [{ user, outcome }];
    });
    let left: Resource | undefined;
    for (const each of before) if ((await each.outcome) !== "deleted") left ??= each.user;
    const result =
      left === undefined
        ? await deleteResource(planned, terms)
        : { skipped: `the ${resourceKey(left)}, which needs it, was not deleted` };
    let outcome: Outcome = "deleted";
    if (result === undefined) deleted.push({ resource, mark, why });
    else if ("skipped" in result) {
      outcome = "skipped";
      skipped.push({ resource, mark, reason: result.skipped });
    } else {
      outcome = "failed";
      failed.push({ resource, mark, ...result });
    }
    done++;
    try {
      onProgress?.({ resource, outcome, done, total });
    } catch {
      // Whoever looks on does not keep the report from whoever asked for the sweep.
    }
    return outcome;
  };

  for (const planned of plan.deletions)
    outcomes.set(resourceKey(planned.resource), settle(planned));
  await Promise.all(outcomes.values());
  return { deleted, skipped, failed };
}

/** Who needs each resource of a plan. */
function usersIn(deletions: readonly PlannedResource[]): ReadonlyMap<string, Resource[]> {
  const resources = deletions.map(({ resource }) => resource);
  const needs = new Needs(resources);
  const users = new Map<string, Resource[]>();
  for (const user of resources) {
    for (const needed of needs.of(user)) {
      const key = resourceKey(needed);
      const known = users.get(key);
      if (known === undefined) users.set(key, [user]);
      else known.push(user);
    }
  }
  return users;
}
