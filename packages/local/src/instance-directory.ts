import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobIdentity } from "@faast/core/provider";
import type { CacheUse } from "./dependency-cache.js";
import { isDenied, openDirectories } from "./directory-access.js";
import { removeOwner, removeOwnerNow, renewOwner, writeOwner } from "./owner-file.js";

const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 };

/** Where instances have their directories. */
export function instanceRoot(): string {
  return realpathSync(tmpdir());
}

/** The temporary directory of one instance: its code and its logs; beside it lies whose it is. */
export class InstanceDirectory {
  readonly path: string;
  readonly code: string;
  readonly logs: string;

  private constructor(path: string) {
    this.path = path;
    this.code = join(path, "code");
    this.logs = join(path, "logs");
  }

  /** Where the directory of a job is: `faast-<uuid>` in the system's temporary directory. */
  static pathOf(job: JobIdentity): string {
    return join(instanceRoot(), job.name);
  }

  /**
   * Makes the directory, for its owner's eyes only. Synchronously: it is a few system calls, which take less
   * time than to wait for them does.
   */
  static create(job: JobIdentity, description: string): InstanceDirectory {
    const directory = new InstanceDirectory(InstanceDirectory.pathOf(job));
    writeOwner(directory.path, job, description);
    try {
      mkdirSync(directory.path, { mode: 0o700 });
    } catch (error) {
      removeOwnerNow(directory.path); // of nothing, or of what is another's
      throw error;
    }
    try {
      mkdirSync(directory.code);
      mkdirSync(directory.logs);
      return directory;
    } catch (error) {
      try {
        directory.removeNow();
      } catch {
        // What could not be made is what there is to tell of.
      }
      throw error;
    }
  }

  /** Tells collectors that cannot see the owner's process that it is alive, and uses these dependencies. */
  async renewLease(dependencies: CacheUse | undefined): Promise<void> {
    await renewOwner(this.path);
    await dependencies?.renew();
  }

  async remove(): Promise<void> {
    try {
      await rm(this.path, removal);
    } catch (error) {
      if (!isDenied(error)) throw error;
      openDirectories(this.path);
      await rm(this.path, removal);
    }
    await removeOwner(this.path);
  }

  /** For the end of the process, which waits for nothing. */
  removeNow(): void {
    try {
      rmSync(this.path, removal);
    } catch (error) {
      if (!isDenied(error)) throw error;
      openDirectories(this.path);
      rmSync(this.path, removal);
    }
    removeOwnerNow(this.path);
  }
}
