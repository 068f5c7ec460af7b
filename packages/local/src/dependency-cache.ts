import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Milliseconds after which an entry that has not been used is removed: a week. */
const UNUSED_TIME = 7 * 24 * 60 * 60 * 1000;
/** Milliseconds after which an entry without a lockfile is made anew: newer versions may fit, too. */
const UNLOCKED_TIME = 24 * 60 * 60 * 1000;

const MODULES = "node_modules";
const removal = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 };

/** How an entry is asked for. */
export interface CacheRequest {
  readonly key: string;
  /** Its versions are fixed by a lockfile. */
  readonly locked: boolean;
  /** Installs into an empty directory: makes its `node_modules`. */
  readonly install: (directory: string) => Promise<void>;
}

/**
 * Installed dependencies of earlier jobs, in the user's cache directory: `<key>/node_modules`.
 *
 * An entry appears whole, by a rename, and jobs link to it: a link costs nothing, whatever its size, and
 * crosses file systems, as hard links (of ten thousand files) do not. So that nobody removes what another
 * uses, each job leaves a pin with its process id in the entry.
 */
export class DependencyCache {
  readonly root: string;

  constructor(root = join(userCacheDirectory(), "faast", "dependencies")) {
    this.root = root;
  }

  /**
   * Links `node_modules` of a directory to the entry, which is made if it is missing. The result is to be
   * called when the directory is gone.
   */
  async link(directory: string, request: CacheRequest): Promise<() => Promise<void>> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await this.expire();
    const entry = join(this.root, request.key);
    // Another process may remove it between two steps: it is made again.
    for (let attempt = 0; ; attempt++) {
      if (!(await this.isFresh(entry, request))) await this.publish(entry, request);
      const pin = await this.pin(entry);
      if (pin === undefined && attempt < 5) continue;
      if (pin === undefined) throw new Error(`The cache ${entry} is removed again and again.`);
      try {
        await symlink(join(entry, MODULES), join(directory, MODULES), "junction");
      } catch (error) {
        await rm(pin, removal);
        throw error;
      }
      return () => rm(pin, removal);
    }
  }

  /** Removes every entry that no job uses. */
  async clear(): Promise<void> {
    for (const name of await this.names()) await this.remove(join(this.root, name));
  }

  private async publish(entry: string, request: CacheRequest): Promise<void> {
    const staging = join(this.root, `staging-${process.pid}-${randomUUID()}`);
    await mkdir(join(staging, "pins"), { recursive: true, mode: 0o700 });
    try {
      await request.install(staging);
      await mkdir(join(staging, MODULES), { recursive: true });
      // Somebody else may have been faster.
      if (!(await this.isFresh(entry, request))) await this.remove(entry);
      await rename(staging, entry);
    } catch (error) {
      await rm(staging, removal).catch(() => undefined);
      // An entry that is there, fresh or in use, will do.
      if (!isTaken(error) || !(await exists(join(entry, MODULES)))) throw error;
    }
  }

  /** Whether there is an entry that is not too old. Its own time is when it was made. */
  private async isFresh(entry: string, { locked }: CacheRequest): Promise<boolean> {
    const made = await stat(join(entry, MODULES)).catch(() => undefined);
    return made !== undefined && (locked || Date.now() - made.birthtimeMs < UNLOCKED_TIME);
  }

  /** Leaves a pin, and sees whether the entry is still there. */
  private async pin(entry: string): Promise<string | undefined> {
    const pin = join(entry, "pins", `${process.pid}-${randomUUID()}`);
    try {
      await writeFile(pin, "");
      const now = new Date();
      await utimes(entry, now, now);
      await stat(join(entry, MODULES));
      return pin;
    } catch {
      return undefined;
    }
  }

  /** Removes entries that nobody has used for long, and what unfinished installations have left. */
  private async expire(): Promise<void> {
    for (const name of await this.names()) {
      const path = join(this.root, name);
      const used = await stat(path).catch(() => undefined);
      const isLeft = name.startsWith("staging-") && !isAlive(Number(name.split("-")[1]));
      if (isLeft) await rm(path, removal).catch(() => undefined);
      else if (used !== undefined && Date.now() - used.mtimeMs > UNUSED_TIME)
        await this.remove(path).catch(() => undefined);
    }
  }

  /** Removes an entry, unless it is in use. */
  private async remove(entry: string): Promise<void> {
    if (await inUse(entry)) return;
    const doomed = join(this.root, `staging-${process.pid}-${randomUUID()}`);
    try {
      await rename(entry, doomed);
    } catch {
      return; // it is gone
    }
    // A job may have come in between the look and the rename: it is told by its pin.
    if (await inUse(doomed)) await rename(doomed, entry).catch(() => undefined);
    else await rm(doomed, removal);
  }

  private async names(): Promise<string[]> {
    return readdir(this.root).catch(() => []);
  }
}

/** Whether a job uses it; the pins of those that have ended without a word are removed. */
async function inUse(entry: string): Promise<boolean> {
  const pins = await readdir(join(entry, "pins")).catch(() => []);
  const stale = pins.filter((pin) => !isAlive(Number(pin.split("-")[0])));
  for (const pin of stale) await rm(join(entry, "pins", pin), removal).catch(() => undefined);
  return pins.length > stale.length;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function isTaken(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["EEXIST", "ENOTEMPTY", "EPERM", "EACCES"].includes(code);
}

/** Where this system keeps a user's caches. */
function userCacheDirectory(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== "") return XDG_CACHE_HOME;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (process.platform === "win32") return LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  return join(homedir(), ".cache");
}
