import type { Stats } from "node:fs";
import { lstat, opendir, readdir } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Collector,
  LeaseReading,
  ListOptions,
  Resource,
  ResourceReference,
  Spared,
} from "@faast/core/provider";
import { DependencyCache, UNUSED_TIME } from "./dependency-cache.js";
import { removeDirectory } from "./directory-removal.js";
import { instanceRoot } from "./instance-directory.js";
import { OWNER_SUFFIX, readOwner, removeOwner, type Mark } from "./owner-file.js";
import { mayBeKilled, stateOf, type ProcessIdentity } from "./process-identity.js";
import { recordedProcesses } from "./process-record.js";

/** Milliseconds that a lease lasts for those who cannot see its owner's process: a day. */
const LEASE = 24 * 60 * 60_000;
/** Directories in a page of a listing. */
const PAGE = 100;
/** Milliseconds that a process may take to be gone once it has been killed. */
const KILLING_TIME = 5000;

const instanceName = /^faast-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const kinds = { directory: "directory", process: "process", cache: "dependency cache" } as const;

/** What jobs leave behind on this machine: their directories, their processes, and caches that nobody uses. */
export class LocalCollector implements Collector {
  readonly pace = { concurrency: 4, rate: 1000 };
  private readonly cache = new DependencyCache();
  /** What the identifiers of listed processes stand for. */
  private readonly processes = new Map<string, ProcessIdentity>();

  scope(): Promise<string> {
    return Promise.resolve(`${hostname()} ${rootIfThere() ?? tmpdir()}`);
  }

  async *list({ details, signal }: ListOptions): AsyncIterable<Resource[]> {
    const root = rootIfThere();
    const paths =
      root === undefined ? [] : instanceNames(await readdir(root)).map((name) => join(root, name));
    for (let i = 0; i < paths.length; i += PAGE) {
      signal.throwIfAborted();
      const page = paths.slice(i, i + PAGE).map((path) => this.instance(path, details));
      yield (await Promise.all(page)).flat();
    }
    signal.throwIfAborted();
    const entries = await this.cache.entries();
    yield Promise.all(
      entries.map(async ({ path, mark, isUnfinished, isHeld, usedAt }): Promise<Resource> => {
        return {
          kind: kinds.cache,
          id: path,
          tags: mark.tags,
          expires: new Date(usedAt.getTime() + UNUSED_TIME),
          ...(isHeld || isUnfinished ? { ownerAlive: isHeld } : {}),
          ...(details ? { size: await sizeOf(path) } : {}),
        };
      }),
    );
  }

  async delete(resource: Resource, signal: AbortSignal): Promise<Spared | undefined> {
    if (resource.kind === kinds.process) return this.kill(resource.id, signal);
    if (resource.kind === kinds.cache) {
      const isGone = await this.cache.remove(resource.id, signal);
      return isGone ? undefined : { spared: "a job has begun to use it" };
    }
    const owner = await ownerOf(resource.id);
    if (owner === undefined) return undefined;
    if (owner.tags["faast:job"] !== resource.tags["faast:job"])
      return { spared: "it is another's by now" };
    await removeDirectory(resource.id, signal);
    await removeOwner(resource.id);
    return undefined;
  }

  async readLease(job: string): Promise<LeaseReading | undefined> {
    const root = rootIfThere();
    const owner = root === undefined ? undefined : await ownerOf(join(root, `faast-${job}`));
    return owner === undefined ? undefined : leaseOf(owner);
  }

  /** The directory of an instance, and its processes that run. */
  private async instance(path: string, details: boolean): Promise<Resource[]> {
    const directory: ResourceReference = { kind: kinds.directory, id: path };
    const owner = await ownerOf(path);
    // It has our name only: for the plan to say so.
    if (owner === undefined) return [{ ...directory, tags: {} }];
    const { tags } = owner;
    const lease = await leaseOf(owner);
    const processes: Resource[] = [];
    for (const each of await recordedProcesses(path)) {
      if ((await stateOf(each)) !== "alive") continue;
      const id = `${each.pid} of ${basename(path)}, begun at ${each.start}`;
      this.processes.set(id, each);
      processes.push({ kind: kinds.process, id, tags, ...lease, dependsOn: [directory] });
    }
    const size = details ? await sizeOf(path) : undefined;
    return [
      ...processes,
      { ...directory, tags, ...lease, ...(size === undefined ? {} : { size }) },
    ];
  }

  /** Kills a process, if it is still the same, and waits until it is gone. */
  private async kill(id: string, signal: AbortSignal): Promise<undefined> {
    const listed = this.processes.get(id);
    const identity = listed !== undefined && mayBeKilled(listed) ? listed : undefined;
    const deadline = Date.now() + KILLING_TIME;
    while (identity !== undefined && (await stateOf(identity)) === "alive") {
      try {
        process.kill(identity.pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
      if (Date.now() > deadline) throw new Error("it was killed, and is still there");
      await sleep(10, undefined, { signal });
    }
    return undefined;
  }
}

/** Where instances have their directories; undefined where `TMPDIR` names nothing that is there. */
function rootIfThere(): string | undefined {
  try {
    return instanceRoot();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The names of what has a directory, an owner file, or both. */
function instanceNames(names: readonly string[]): string[] {
  const stems = names.map((name) =>
    name.endsWith(OWNER_SUFFIX) ? name.slice(0, -OWNER_SUFFIX.length) : name,
  );
  return [...new Set(stems)].filter((name) => instanceName.test(name));
}

/** Whose directory it is, be it there or not; undefined if there is nothing of ours but the name. */
async function ownerOf(path: string): Promise<Mark | undefined> {
  const owner = await readOwner(path);
  if (owner?.tags["faast:job"] !== instanceName.exec(basename(path))?.[1]) return undefined;
  const status = await lstat(path).catch(() => undefined);
  return status === undefined || isOwn(status) ? owner : undefined;
}

/** Whether it is a directory of this user: others may write in the temporary directory, too. */
function isOwn(status: Stats): boolean {
  const user = process.getuid?.();
  return status.isDirectory() && (user === undefined || status.uid === user);
}

async function leaseOf({ client, renewed }: Mark): Promise<LeaseReading> {
  const state = client === undefined ? "unknown" : await stateOf(client);
  if (state === "unknown") return { expires: new Date(renewed.getTime() + LEASE) };
  return { ownerAlive: state === "alive" };
}

/** Bytes in the files of a directory; what is being removed meanwhile does not count. */
async function sizeOf(directory: string): Promise<number> {
  let size = 0;
  try {
    for await (const entry of await opendir(directory, { recursive: true })) {
      if (!entry.isFile()) continue;
      size += (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
    }
  } catch {
    // It goes while we look.
  }
  return size;
}
