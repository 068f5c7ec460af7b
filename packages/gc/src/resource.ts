/** Names a resource among all that a collector lists. */
export interface ResourceReference {
  /** What it is, for people: `"function"`, `"queue"`, `"directory"`. */
  readonly kind: string;
  /** Unique within its kind. */
  readonly id: string;
}

/** Something that a job may have left behind, as a collector found it. */
export interface Resource extends ResourceReference {
  /**
   * The tags on it, ours and others' as they are: see {@link ownMark}. Where the service has no tags, what
   * the collector read in their place (a file, a description), or the tags of what it is a part of; never
   * what a name suggests.
   */
  readonly tags: Readonly<Record<string, string>>;
  /** When it was created. Default: what the tag `faast:created` says. */
  readonly created?: Date;
  /** When the lease ends that it bears. Default: what the tag `faast:expires` says. */
  readonly expires?: Date;
  /**
   * Whether its owner is alive, where that can be seen at once, as with a process of this machine: then
   * `expires` does not count.
   */
  readonly ownerAlive?: boolean;
  /** Bytes that it takes. */
  readonly size?: number;
  /** What it costs in a month if it stays as it is, in US dollars. */
  readonly monthlyCost?: number;
  /** What must not be deleted before this is. */
  readonly dependsOn?: readonly ResourceReference[];
}

/** What our tags say of a resource. */
export interface OwnMark {
  /** The UUID of the job that made it; undefined for what outlives jobs. */
  readonly job: string | undefined;
  /** The key of a cache that jobs share; undefined for what belongs to a job. */
  readonly cache: string | undefined;
  /** Who made it, such as `user@host`. */
  readonly owner: string | undefined;
  readonly created: Date;
}

/** The tags by which a resource is known to be ours. */
export const tagNames = {
  /** The UUID of its job. */
  job: "faast:job",
  /** The key of a cache, in the place of a job. */
  cache: "faast:cache",
  /** Who runs the job. */
  owner: "faast:owner",
  /** When it was created, as in `2026-01-31T12:00:00.000Z`. */
  created: "faast:created",
  /** When its lease ends, in the same form. */
  expires: "faast:expires",
} as const;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** As `toISOString()` writes it: what else a date may look like, we have not written. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What our tags say of a resource; undefined if it does not bear them: a job (a UUID) or a cache, and
 * when it was created. A resource without them is not ours, whatever its name.
 *
 * @example
 * ```ts
 * import { ownMark } from "@faast/gc";
 * ownMark({ kind: "queue", id: "faast-1", tags: {} }); // undefined: a name is nothing
 * ```
 */
export function ownMark(resource: Resource): OwnMark | undefined {
  const { tags } = resource;
  const job = tags[tagNames.job];
  const cache = tags[tagNames.cache];
  const created = parseTime(tags[tagNames.created]);
  if (created === undefined) return undefined;
  if (job === undefined ? cache === undefined || cache === "" : !uuid.test(job)) return undefined;
  return {
    job,
    cache: job === undefined ? cache : undefined,
    owner: tags[tagNames.owner],
    created: resource.created ?? created,
  };
}

/** When the lease ends that a resource bears; undefined if that cannot be told. */
export function expiryOf(resource: Resource): Date | undefined {
  const { expires = parseTime(resource.tags[tagNames.expires]) } = resource;
  return expires === undefined || Number.isNaN(expires.getTime()) ? undefined : expires;
}

/** A name for messages and maps. */
export function resourceKey({ kind, id }: ResourceReference): string {
  return `${kind} ${id}`;
}

function parseTime(text: string | undefined): Date | undefined {
  if (text === undefined || !timestamp.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
