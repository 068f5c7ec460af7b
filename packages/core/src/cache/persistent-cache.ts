import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { FaastOptionsError } from "../errors.js";
import { lateCrypto } from "../late-builtins.js";
import { checkOptions } from "../options/option-check.js";
import { booleanOption, type OptionTable } from "../options/option-table.js";
import { insideHome } from "./home-directory.js";

/** Milliseconds that an entry is valid, unless said otherwise. */
const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds after which a half-written file has no writer any more. */
const ABANDONED = 10 * 60 * 1000;
/** How often a write is tried when others remove its directory, or its file, under its hands. */
const WRITE_ATTEMPTS = 10;

const entryName = /^[0-9a-f]{64}$/;
const temporaryName = /^[0-9a-f]{64}\.[0-9a-f-]{36}\.tmp$/;

/** Options of `PersistentCache.clear()`. */
export interface ClearOptions {
  /** Keep the directory itself. Default: true. */
  leaveEmptyDir?: boolean;
}

/**
 * A cache on disk, in a directory below the user's home directory: one file for each key, readable by
 * the user alone. Several caches and processes may share a directory; a reader sees a whole value or
 * none.
 *
 * Values are what the file system holds for as long as they are valid: it is not for secrets that must
 * not be written, and nothing limits its size. Expired entries are deleted when they are met.
 *
 * @example
 * ```ts
 * import { PersistentCache } from "@faast/core";
 * const cache = new PersistentCache(".my-project/prices", 7 * 24 * 60 * 60 * 1000);
 * await cache.set("eu", JSON.stringify({ gold: 2400 }));
 * const prices = await cache.get("eu"); // a Buffer, or undefined
 * ```
 */
export class PersistentCache {
  /** As given. */
  readonly dirRelativeToHomeDir: string;
  /** Milliseconds that an entry is valid. */
  readonly expirationMs: number;
  /** The directory, absolute. It is made by the first `set()`. */
  readonly dir: string;
  private swept = false;

  /**
   * @param dirRelativeToHomeDir - a directory below the home directory, for this cache alone.
   * @param expirationMs - milliseconds that an entry is valid; Infinity: for ever. Default: 24 hours.
   * @throws FaastOptionsError if the directory is not below the home directory.
   */
  constructor(dirRelativeToHomeDir: string, expirationMs: number = DAY) {
    if (typeof expirationMs !== "number" || !(expirationMs >= 0)) {
      throw new FaastOptionsError(
        `The expiration of PersistentCache must be a number of at least 0 (milliseconds), not ${String(expirationMs)}.`,
      );
    }
    this.dir = insideHome(homedir(), dirRelativeToHomeDir);
    this.dirRelativeToHomeDir = dirRelativeToHomeDir;
    this.expirationMs = expirationMs;
  }

  /** The value of a key; undefined if there is none, or it has expired. */
  async get(key: string): Promise<Buffer | undefined> {
    const file = this.fileOf(key);
    let handle;
    try {
      handle = await open(file);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      // Of the file that is open, not of its name, which another process may give to a newer one.
      const { mtimeMs } = await handle.stat();
      if (!this.isExpired(mtimeMs)) return await handle.readFile();
    } finally {
      await handle.close();
    }
    await rm(file, { force: true });
    return undefined;
  }

  /** Sets the value of a key; a string is stored as UTF-8. */
  async set(key: string, value: Buffer | string | Uint8Array): Promise<void> {
    if (typeof value !== "string" && !ArrayBuffer.isView(value)) {
      throw new TypeError("The value of a PersistentCache entry must be a string or bytes.");
    }
    const file = this.fileOf(key);
    for (let attempt = 1; ; attempt++) {
      const temporary = `${file}.${lateCrypto().randomUUID()}.tmp`;
      try {
        await mkdir(this.dir, { recursive: true, mode: 0o700 });
        await writeFile(temporary, value, { mode: 0o600, flag: "wx" });
        await rename(temporary, file);
        break;
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        // clear() came in between; on Windows, a reader that has the file open.
        const passing =
          isMissing(error) || (process.platform === "win32" && codeOf(error) === "EPERM");
        if (!passing || attempt === WRITE_ATTEMPTS) throw error;
      }
    }
    if (this.swept) return;
    this.swept = true;
    await this.entries();
  }

  /** The names of the entries that are valid: one file name, a hash of its key, for each. */
  async entries(): Promise<string[]> {
    const names: string[] = [];
    for (const name of await this.files()) {
      const file = join(this.dir, name);
      const status = await stat(file).catch(ignoreMissing);
      if (status === undefined) continue;
      const isEntry = entryName.test(name);
      const expired = isEntry
        ? this.isExpired(status.mtimeMs)
        : Date.now() - status.mtimeMs > ABANDONED;
      if (expired) await rm(file, { force: true });
      else if (isEntry) names.push(name);
    }
    return names;
  }

  /** Deletes every entry. Whatever else there is in the directory stays. */
  async clear(options?: ClearOptions): Promise<void> {
    const { leaveEmptyDir } = checkOptions(clearOptionTable, options, "PersistentCache.clear()");
    for (const name of await this.files()) await rm(join(this.dir, name), { force: true });
    if (leaveEmptyDir) return;
    try {
      await rmdir(this.dir);
    } catch (error) {
      // Somebody else's files, or an entry set in the meantime.
      if (!isMissing(error) && codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST")
        throw error;
    }
  }

  /** The names of the files that a cache has written here. */
  private async files(): Promise<string[]> {
    const names = (await readdir(this.dir).catch(ignoreMissing)) ?? [];
    return names.filter((name) => entryName.test(name) || temporaryName.test(name));
  }

  private isExpired(mtimeMs: number): boolean {
    return Date.now() - mtimeMs > this.expirationMs;
  }

  private fileOf(key: string): string {
    if (typeof key !== "string")
      throw new TypeError("The key of a PersistentCache entry must be a string.");
    return join(this.dir, lateCrypto().createHash("sha256").update(key).digest("hex"));
  }
}

const clearOptionTable: OptionTable<ClearOptions> = { leaveEmptyDir: booleanOption(true) };

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
