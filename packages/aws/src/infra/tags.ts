import { hostname, userInfo } from "node:os";
import { quotas } from "../quotas.js";

/** Whose resources they are, and how long they may live without being asked for. */
export interface JobTags {
  /** The job's UUID. */
  readonly job: string;
  /** Who runs it, such as `user@host`. */
  readonly owner: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Tags as an object, which is how Lambda, SQS and CloudWatch Logs take them. */
export type TagRecord = Readonly<Record<string, string>>;

/** A tag as SNS, S3 and IAM take it. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * The tags by which whatever a job created can be traced to it.
 *
 * @example
 * ```ts
 * const tags = jobTags({ job: id, owner: "ada@lab", createdAt, expiresAt });
 * // { "faast:job": "…", "faast:owner": "ada@lab", "faast:created": "2026-01-01T…", … }
 * ```
 */
export function jobTags({ job, owner, createdAt, expiresAt }: JobTags): TagRecord {
  return {
    "faast:job": tagValue(job),
    "faast:owner": tagValue(owner),
    "faast:created": createdAt.toISOString(),
    "faast:expires": expiresAt.toISOString(),
  };
}

/** The tags of what is kept for the jobs to come: its kind in the place of a job, and no expiry. */
export function cacheTags(kind: "role", createdAt: Date): TagRecord {
  return { "faast:cache": kind, "faast:created": createdAt.toISOString() };
}

/** The same tags as a list. */
export function tagList(tags: TagRecord): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Who runs this process, as tags name an owner. */
export function localOwner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname(); // a user without a name
  }
}

/** Not every service takes every character: letters, digits, spaces and _.:/=+-@ are safe in all. */
function tagValue(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.:/=+\-@]/gu, "_").slice(0, quotas.tagValue.value);
}
