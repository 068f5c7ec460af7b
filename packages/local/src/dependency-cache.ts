import { randomUUID } from "node:crypto";
import { rmdirSync, unlinkSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { userCacheDirectory } from "@faast/core/provider";
import { removeDirectory } from "./directory-removal.js";
import { readMark, writeMark, type Mark } from "./owner-file.js";
import { ownIdentity, stateOf } from "./process-identity.js";

/** Milliseconds after which an entry that has not been used is removed: a week. */
export const UNUSED_TIME = 7 * 24 * 60 * 60 * 1000;
/** Milliseconds after which an entry without a lockfile is made anew: newer versions may fit, too. */
const UNLOCKED_TIME = 24 * 60 * 60 * 1000;

const MODULES = "node_modules";
/** The file that makes an entry ours: the first to be there. */
const ENTRY_FILE = "entry.json";
const STAGING = "staging-";
const stagingName = /^staging-\d+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const removal = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 };

/** How an entry is asked for. */
export interface CacheRequest {
  readonly key: string;
  /** Its versions are fixed by a lockfile. */
  readonly locked: boolean;
  /** Installs into an empty directory: makes its `node_modules`. */
  readonly install: (directory: string) => Promise<void>;
  /** Gives it up, be it installing or removing what is too old. */
  readonly signal: AbortSignal;
}

/** An entry that a job uses. */
export interface CacheUse {
  /** Tells those who cannot see this process that it uses the entry still. */
  renew(): Promise<void>;
  /** To be called when the directory is gone. */
  release(): Promise<void>;
}

/** What is in the cache. */
export interface CacheEntry {
  readonly path: string;
  /** What it says of itself. */
  readonly mark: Mark;
  /** Its installation has not come to its end. */
  readonly isUnfinished: boolean;
  /** A job uses it, or installs it. */
  readonly isHeld: boolean;
  readonly usedAt: Date;
}

/**
 * Installed dependencies of earlier jobs, in the user's cache directory: `<key>/node_modules`.
 *
 * An entry appears whole, by a rename, and jobs link to it: a link costs nothing, whatever its size, and
 * crosses file systems, as hard links (of ten thousand files) do not. So that nobody removes what another
 * uses, each job leaves a pin with its process's identity in the entry. What does not have the file that
 * says that it is an entry is not removed, whatever its name.
 */
export class DependencyCache {
  readonly root: string;

  constructor(root = join(userCacheDirectory(), "faast", "dependencies")) {
    this.root = root;
  }

  /**
   * Links `node_modules` of a directory to the entry, which is made if it is missing.
   */
  async link(directory: string, request: CacheRequest): Promise<CacheUse> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await this.expire(request.signal);
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
      return { renew: () => touch(pin, entry), release: () => rm(pin, removal) };
    }
  }

  /** Removes every entry that no job uses. */
  async clear(): Promise<void> {
    const { signal } = new AbortController();
    for (const { path } of await this.entries()) await this.remove(path, signal);
  }

  /** Everything that is there, in use or not. */
  async entries(): Promise<CacheEntry[]> {
    const entries: CacheEntry[] = [];
    for (const name of await this.names()) {
      const path = join(this.root, name);
      const used = await stat(path).catch(() => undefined);
      if (used === undefined) continue;
      const mark = (await readMark(join(path, ENTRY_FILE))) ?? (await remains(path, used.mtime));
      if (mark?.tags["faast:cache"] === undefined) continue;
      const isUnfinished = name.startsWith(STAGING);
      const isHeld =
        (isUnfinished && (await hasMaker(name, mark, used.mtime))) || (await inUse(path));
      entries.push({ path, mark, isUnfinished, isHeld, usedAt: used.mtime });
    }
    return entries;
  }

  private async publish(entry: string, request: CacheRequest): Promise<void> {
    const staging = this.stagingPath();
    await mkdir(staging, { mode: 0o700 });
    try {
      const tags = { "faast:cache": request.key, "faast:created": new Date().toISOString() };
      writeMark(join(staging, ENTRY_FILE), { tags, ...ownIdentity() });
      await mkdir(join(staging, "pins"));
      await request.install(staging);
      await mkdir(join(staging, MODULES), { recursive: true });
      // Somebody else may have been faster.
      if (!(await this.isFresh(entry, request))) await this.remove(entry, request.signal);
      await rename(staging, entry);
    } catch (error) {
      await removeTree(staging, new AbortController().signal).catch(() => undefined);
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
      await writeFile(pin, JSON.stringify(ownIdentity()));
      await touch(entry);
      await stat(join(entry, MODULES));
      return pin;
    } catch {
      return undefined;
    }
  }

  /** Removes entries that nobody has used for long, and what unfinished installations have left. */
  private async expire(signal: AbortSignal): Promise<void> {
    for (const { path, isUnfinished, isHeld, usedAt } of await this.entries()) {
      signal.throwIfAborted();
      if (isHeld) continue;
      if (isUnfinished || isPast(usedAt)) await this.remove(path, signal).catch(() => undefined);
    }
  }

  /**
   * Removes an entry, unless it is in use: then false. One that is given up is an unfinished entry, which
   * whoever comes after this process removes.
   *
   * @throws the signal's reason.
   */
  async remove(entry: string, signal: AbortSignal): Promise<boolean> {
    if (await inUse(entry)) return false;
    signal.throwIfAborted();
    const doomed = this.stagingPath();
    try {
      await rename(entry, doomed);
    } catch {
      return true; // it is gone
    }
    // A job may have come in between the look and the rename: it is told by its pin.
    if (await inUse(doomed)) {
      await rename(doomed, entry).catch(() => undefined);
      return false;
    }
    await removeTree(doomed, signal);
    return true;
  }

  private stagingPath(): string {
    return join(this.root, `${STAGING}${process.pid}-${randomUUID()}`);
  }

  private async names(): Promise<string[]> {
    return readdir(this.root).catch(() => []);
  }
}

/** Whether somebody is at work on what has the name of an installation: installing, or removing it. */
async function hasMaker(name: string, { client }: Mark, changed: Date): Promise<boolean> {
  const pid = Number(name.split("-")[1]);
  // Who removes it is another than who made it, and known by the id alone.
  const remover = isAlive(pid) ? "unknown" : "dead";
  const state = client?.pid === pid ? await stateOf(client) : remover;
  return state === "alive" || (state === "unknown" && !isPast(changed));
}

/**
 * What is left of an installation that was killed before it could say what it is, or of a removal after
 * that: a directory with the name of one and nothing of anybody's in it, for so long that nobody is at work.
 */
async function remains(path: string, changed: Date): Promise<Mark | undefined> {
  if (!stagingName.test(basename(path)) || !isPast(changed)) return undefined;
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined || names.some((name) => name !== `${ENTRY_FILE}.new`)) return undefined;
  const tags = { "faast:cache": basename(path), "faast:created": changed.toISOString() };
  return { tags, client: undefined, renewed: changed };
}

/** Whether that is longer ago than anything may be that is not used. */
function isPast(time: Date): boolean {
  return Date.now() - time.getTime() > UNUSED_TIME;
}

/**
 * Removes what is in it, and last of all what tells what it is, so that it can be found if this is
 * interrupted. File by file: it may be ten thousand, and all at once they would hold up every other use of
 * the file system.
 */
async function removeTree(entry: string, signal: AbortSignal): Promise<void> {
  for (const each of await readdir(entry, { withFileTypes: true }).catch(() => [])) {
    if (each.name === ENTRY_FILE) continue;
    const path = join(entry, each.name);
    try {
      if (each.isDirectory()) await removeDirectory(path, signal);
    } catch {
      signal.throwIfAborted();
      // Something is held open, or still written, for a moment: that is tried again.
    }
    await rm(path, removal);
  }
  signal.throwIfAborted();
  try {
    // Nothing comes between the two.
    unlinkSync(join(entry, ENTRY_FILE));
    rmdirSync(entry);
  } catch {
    await rm(entry, removal);
  }
}

/** Whether a job uses it; the pins of those that have ended without a word are removed. */
async function inUse(entry: string): Promise<boolean> {
  const directory = join(entry, "pins");
  let held = false;
  for (const name of await readdir(directory).catch(() => [])) {
    const pin = join(directory, name);
    if (await isOver(pin)) await rm(pin, removal).catch(() => undefined);
    else held = true;
  }
  return held;
}

/** Whether the job of a pin has ended. */
async function isOver(pin: string): Promise<boolean> {
  const client = (await readMark(pin))?.client;
  const state = client === undefined ? "unknown" : await stateOf(client);
  if (state !== "unknown") return state === "dead";
  // Its process cannot be seen, as in another container, or it is being written: it counts for as long as
  // an entry that nobody uses.
  const made = await stat(pin).catch(() => undefined);
  return made === undefined || isPast(made.mtime);
}

async function touch(...paths: string[]): Promise<void> {
  const now = new Date();
  for (const path of paths) await utimes(path, now, now);
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
