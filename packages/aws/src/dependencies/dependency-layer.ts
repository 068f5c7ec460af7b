import { installArguments, sourceKey, type DependencySource } from "@faast/bundler";
import {
  FaastCancelledError,
  type CleanupOptions,
  type DeploySpec,
  type JobIdentity,
} from "@faast/core/provider";
import type { AwsOptions } from "../aws-options.js";
import { deleteObject } from "../infra/bucket.js";
import type { AwsClients } from "../infra/clients.js";
import { deleteLayers, layersOf, publishLayer } from "../infra/layer.js";
import type { TagRecord } from "../infra/tags.js";
import type { JobBucket } from "../job-bucket.js";
import { packFiles, type InstallFile } from "./install-message.js";
import { InstallerFunction } from "./installer-function.js";
import { withoutSecrets } from "./npmrc.js";

const DAY = 86_400_000;
/** Milliseconds for which a layer is used again: without a lockfile, newer versions may fit by then. */
const UNLOCKED_TIME = DAY;
const LOCKED_TIME = 7 * DAY;
/** Milliseconds between the last job that may begin to use a layer and the layer's expiry. */
const MARGIN = DAY;

/** How the layer's files lie: one that a version of faast makes otherwise has another name. */
const LAYOUT = "lambda-layer-1";

/** The archive's place in the job's bucket. */
const KEY = "dependencies.zip";

/** What a job's layer is made with. */
export interface LayerTerms {
  readonly source: DependencySource;
  readonly spec: DeploySpec<AwsOptions>;
  readonly clients: AwsClients;
  readonly roleArn: string;
  readonly tags: TagRecord;
  readonly bucket: JobBucket;
}

/** A layer that is being made. */
interface Making {
  readonly name: string;
  /** Milliseconds for which it may be used again. */
  readonly time: number;
  readonly signal: AbortSignal;
}

/**
 * The dependencies of the option `packageJson`, as a layer of Lambda: one that an earlier job has left, or
 * one that a function of its own installs.
 */
export class DependencyLayer {
  private readonly terms: LayerTerms;
  private readonly installer: InstallerFunction;
  private readonly ending = new AbortController();
  private preparing: Promise<string> | undefined;
  private removing: Promise<void> | undefined;
  private name: string | undefined;
  private shared = false;

  constructor(terms: LayerTerms) {
    this.terms = terms;
    const { clients, roleArn, tags } = terms;
    const { job, options } = terms.spec;
    const { architecture, clientConfig, runtime } = options;
    const name = `${job.name}-install`;
    this.installer = new InstallerFunction({
      ...{ clients, clientConfig, name, roleArn, tags, runtime, architecture },
    });
  }

  /**
   * Gives the ARN of the layer.
   *
   * @throws FaastCreateFunctionError with npm's output; AwsRequestError where AWS refuses.
   */
  prepare(signal: AbortSignal): Promise<string> {
    return (this.preparing ??= this.find(AbortSignal.any([signal, this.ending.signal])));
  }

  /** Gives up what is under way, and removes what is to be removed. */
  async close({ deleteCaches, deleteResources }: Required<CleanupOptions>): Promise<void> {
    this.ending.abort(new FaastCancelledError("the job has been cleaned up"));
    await this.preparing?.catch(() => undefined);
    // What could not be removed then may be removed now.
    await this.removing?.catch(() => this.removeInstaller());
    if (this.name === undefined) return;
    if (this.shared ? deleteCaches : deleteResources)
      await deleteLayers({ clients: this.terms.clients }, this.name);
  }

  private async find(signal: AbortSignal): Promise<string> {
    const { source } = this.terms;
    const { runtime, architecture, useDependencyCaching } = this.terms.spec.options;
    const key = layerKey(source, [LAYOUT, runtime, architecture]);
    this.shared = useDependencyCaching && key !== undefined;
    this.name = this.shared ? `faast-${key}` : this.terms.spec.job.name;
    const time = source.lock === undefined ? UNLOCKED_TIME : LOCKED_TIME;
    if (this.shared) {
      const [newest] = await layersOf({ clients: this.terms.clients, signal }, this.name);
      if (newest !== undefined && Date.now() - newest.marker.createdAt.getTime() < time)
        return newest.arn;
    }
    return this.make({ name: this.name, time, signal });
  }

  private async make({ name, time, signal }: Making): Promise<string> {
    const { bucket, clients, source, spec } = this.terms;
    const { runtime, architecture } = spec.options;
    const place = { bucket: bucket.name, key: KEY };
    try {
      // Both, even if one fails: what is to be removed must be there by then.
      requireAll(await Promise.allSettled([this.installer.create(signal), bucket.ensure()]));
      const files = await packFiles(filesOf(source));
      const command = installArguments(source);
      await this.installer.install({ faast: 1, files, command, ...place }, signal);
      const marker = markerFor(spec.job, time);
      const target = { name, marker, ...place, runtime, architecture };
      return (await publishLayer({ clients, signal }, target)).arn;
    } finally {
      // It has served its purpose. The job need not wait for that, but its cleanup does.
      this.removing = this.removeInstaller();
      this.removing.catch(() => undefined);
    }
  }

  private async removeInstaller(): Promise<void> {
    const { bucket, clients } = this.terms;
    requireAll(
      await Promise.allSettled([
        this.installer.remove(),
        deleteObject({ clients }, { bucket: bucket.name, key: KEY }),
      ]),
    );
  }
}

function markerFor(job: JobIdentity, time: number) {
  const createdAt = new Date();
  return { job: job.id, createdAt, expiresAt: new Date(createdAt.getTime() + time + MARGIN) };
}

/** A token decides who may fetch a package, and not what it is: a new one needs no new layer. */
function layerKey(source: DependencySource, platform: readonly string[]): string | undefined {
  const { npmrc } = source;
  const open = npmrc === undefined ? undefined : withoutSecrets(npmrc, npmrc);
  return sourceKey({ ...source, npmrc: open }, platform);
}

function filesOf({ lock, npmrc, packageJson }: DependencySource): InstallFile[] {
  const files: InstallFile[] = [{ name: "package.json", content: packageJson }];
  if (lock !== undefined) files.push({ name: lock.name, content: lock.content });
  if (npmrc !== undefined) files.push({ name: ".npmrc", content: npmrc });
  return files;
}

function requireAll(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  const failed = outcomes.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
