import {
  log,
  type Collector,
  type LeaseReading,
  type ListOptions,
  type Resource,
  type Spared,
} from "@faast/core/provider";
import { AwsRequestError, isAccessDenied } from "../infra/aws-failure.js";
import { deleteFunction } from "../infra/function.js";
import { deleteLogGroup } from "../infra/log-group.js";
import { deleteTopic } from "../infra/topic.js";
import { arnName, parseArn } from "./arn.js";
import { removeBucket } from "./buckets.js";
import { DeployingJobs } from "./deploying-jobs.js";
import { functionTags } from "./functions.js";
import { kinds } from "./kinds.js";
import { removeLayer } from "./layers.js";
import type { Place } from "./place.js";
import { Places, reasonToSkipRegion, type PlacesOptions } from "./places.js";
import { removeQueue } from "./queues.js";
import { findRoleUser } from "./role-users.js";
import { removeRole, roles } from "./roles.js";
import { listRegion } from "./region-listing.js";
import { tagNames } from "./tag-names.js";

/**
 * What jobs leave behind in an account: functions, log groups, queues, topics, buckets, and layers that
 * nobody is going to use; where it is asked for, in all regions, roles. What is a part of something else goes
 * with it: subscriptions with their topic, event configuration and permissions with their function.
 *
 * Names only say what is worth a look: whose something is, its tags say; of layers, the marker in the
 * description.
 */
export class AwsCollector implements Collector {
  /** Lambda permits 15 control operations each second, and jobs need some of them. */
  readonly pace = { concurrency: 5, rate: 8 };
  private readonly places: Places;
  /** Where resources were found: the ARN of a bucket does not tell. */
  private readonly regions = new Map<string, string>();
  /** In which regions there is something of a job. */
  private readonly regionsOfJobs = new Map<string, Set<string>>();

  constructor(options: PlacesOptions) {
    this.places = new Places(options);
  }

  scope(signal?: AbortSignal): Promise<string> {
    return this.places.scope(signal);
  }

  async *list({ signal, details }: ListOptions): AsyncIterable<Resource[]> {
    const names = await this.places.regions();
    const rolesOfOthers = new Set<string>();
    const deploying = new DeployingJobs();
    let isComplete = true;
    for (const name of names) {
      const place = await this.places.in(name, signal);
      let seen = false;
      try {
        for await (const page of listRegion({ place, signal, details, rolesOfOthers })) {
          seen = true;
          this.note(page, name);
          deploying.note(page);
          yield page;
        }
      } catch (error) {
        const reason = seen || name === names[0] ? undefined : reasonToSkipRegion(error);
        if (reason === undefined) throw error;
        if (reason === "not permitted") isComplete = false;
        const logger = reason === "not permitted" ? log.warn : log.gc;
        logger("aws: %s was not looked at: it is %s", name, reason);
      }
    }
    if (!this.places.wantsCaches) return;
    if (!isComplete || !this.places.isEverywhere) {
      log.warn("aws: roles were not looked at: functions of any region may have them");
      return;
    }
    const place = await this.places.in("", signal);
    const listing = { place, signal, details, rolesOfOthers };
    yield* roles(listing, (arn) => deploying.any || rolesOfOthers.has(arn));
  }

  async delete(resource: Resource, signal: AbortSignal): Promise<Spared | undefined> {
    const { kind, id, tags } = resource;
    const place = await this.places.in(this.regions.get(id) ?? parseArn(id).region, signal);
    const scope = { clients: place.clients, signal };
    const name = arnName(id);
    if (kind === kinds.bucket) return removeBucket(place, { name, tags }, signal);
    if (kind === kinds.function) await deleteFunction(scope, name);
    else if (kind === kinds.logGroup) await deleteLogGroup(scope, name);
    else if (kind === kinds.queue) await removeQueue(place, name, signal);
    else if (kind === kinds.topic) await deleteTopic(scope, id);
    else if (kind === kinds.layer) await removeLayer(place, id, signal);
    else if (kind === kinds.role) {
      const user = await findRoleUser(this.places, id, signal);
      if (user !== undefined) return { spared: `the function ${user} has it by now` };
      return removeRole(place, name, signal);
    } else throw new Error(`the aws provider makes nothing that is called "${kind}"`);
    return undefined;
  }

  async readLease(job: string, signal: AbortSignal): Promise<LeaseReading | undefined> {
    const regions = this.regionsOfJobs.get(job) ?? (await this.places.regions());
    const readings: Date[] = [];
    for (const name of regions) {
      const expires = await leaseIn(await this.places.in(name, signal), job, signal);
      if (expires !== undefined) readings.push(expires);
    }
    if (readings.length === 0) return undefined;
    return { expires: new Date(Math.max(...readings.map((each) => each.getTime()))) };
  }

  isTransient(error: unknown): boolean {
    return !(error instanceof AwsRequestError && isAccessDenied(error));
  }

  private note(resources: readonly Resource[], region: string): void {
    for (const { id, tags } of resources) {
      this.regions.set(id, region);
      const job = tags[tagNames.job];
      if (job === undefined) continue;
      const regions = this.regionsOfJobs.get(job);
      if (regions === undefined) this.regionsOfJobs.set(job, new Set([region]));
      else regions.add(region);
    }
  }
}

/** Until when a job's function has its lease; undefined if the function is gone. */
async function leaseIn(place: Place, job: string, signal: AbortSignal): Promise<Date | undefined> {
  const tags = await functionTags(place, `faast-${job}`, signal);
  if (tags === undefined) return undefined;
  const expires = new Date(tags[tagNames.expires] ?? "");
  if (Number.isNaN(expires.getTime()))
    throw new Error(`the function faast-${job} does not say when its lease ends`);
  return expires;
}
