import { mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobIdentity } from "@faast/core/provider";
import { OWNER_FILE, writeOwner } from "./owner-file.js";

const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 };

/** Where instances have their directories. */
export function instanceRoot(): string {
  return realpathSync(tmpdir());
}

/** The temporary directory of one instance: its code, its logs, and who owns it. */
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
   * time than to wait for them does, and no other work comes between the directory and whose it is.
   */
  static create(job: JobIdentity, description: string): InstanceDirectory {
    const directory = new InstanceDirectory(InstanceDirectory.pathOf(job));
    mkdirSync(directory.path, { mode: 0o700 });
    try {
      writeOwner(directory.path, job, description);
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

  /** Tells collectors that cannot see the owner's process that it is alive. */
  async renewLease(): Promise<void> {
    const now = new Date();
    await utimes(join(this.path, OWNER_FILE), now, now);
  }

  /** Removes it: first what is in it, and last whose it is, so that it can be found if this is interrupted. */
  async remove(): Promise<void> {
    const names = await readdir(this.path).catch(() => []);
    await Promise.all(contents(names).map((name) => rm(join(this.path, name), removal)));
    await rm(this.path, removal);
  }

  /** For the end of the process, which waits for nothing. */
  removeNow(): void {
    try {
      for (const name of contents(readdirSync(this.path))) rmSync(join(this.path, name), removal);
    } finally {
      rmSync(this.path, removal);
    }
  }
}

function contents(names: readonly string[]): string[] {
  return names.filter((name) => name !== OWNER_FILE);
}
