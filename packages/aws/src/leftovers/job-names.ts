import { tagNames } from "./tag-names.js";
import type { TagRecord } from "../infra/tags.js";

/** What the names begin with that are worth a look. It is no more than that: see {@link ownTags}. */
export const NAME_PREFIX = "faast-";

/** What follows the name of a job in the names of what it has. */
const partName = /^(?:-(?:control-\d+|install|replies|requests))?$/;

/** Whether something may be a job's, going by its name. */
export function isCandidate(name: string | undefined): name is string {
  return name?.startsWith(NAME_PREFIX) === true;
}

/**
 * The tags of a resource, if what they say and its name belong together; none otherwise: tags are copied
 * with what bears them, and the copy is somebody's own.
 */
export function ownTags(name: string, tags: TagRecord): TagRecord {
  const job = tags[tagNames.job];
  if (job === undefined) return tags;
  const jobName = `${NAME_PREFIX}${job}`;
  return name.startsWith(jobName) && partName.test(name.slice(jobName.length)) ? tags : {};
}

/** A list of tags, as SNS and S3 have it, as a record. */
export function tagRecord(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): TagRecord {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
