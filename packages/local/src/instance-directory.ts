import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobIdentity } from "@faast/core/provider";

const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 };

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

  /**
   * Makes `faast-<uuid>` in the system's temporary directory, for its owner's eyes only. Synchronously:
   * it is four system calls, which take less time than to wait for them does.
   */
  static create(job: JobIdentity, description: string): InstanceDirectory {
    const directory = new InstanceDirectory(join(realpathSync(tmpdir()), job.name));
    mkdirSync(directory.path, { mode: 0o700 });
    try {
      mkdirSync(directory.code);
      mkdirSync(directory.logs);
      writeFileSync(join(directory.path, "job.json"), JSON.stringify(owner(job, description)));
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

  async remove(): Promise<void> {
    await rm(this.path, removal);
  }

  /** For the end of the process, which waits for nothing. */
  removeNow(): void {
    rmSync(this.path, removal);
  }
}

/** What tells later whether the instance is still alive: a process id alone may have been reused. */
function owner(job: JobIdentity, description: string) {
  return {
    job: job.id,
    createdAt: job.createdAt.toISOString(),
    description,
    pid: process.pid,
    processStartedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
  };
}
