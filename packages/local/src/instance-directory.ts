import { rmSync } from "node:fs";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
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

  /** Makes `faast-<uuid>` in the system's temporary directory, for its owner's eyes only. */
  static async create(job: JobIdentity, description: string): Promise<InstanceDirectory> {
    const directory = new InstanceDirectory(join(await realpath(tmpdir()), job.name));
    await mkdir(directory.path, { mode: 0o700 });
    try {
      await Promise.all([mkdir(directory.code), mkdir(directory.logs)]);
      await writeFile(join(directory.path, "job.json"), JSON.stringify(owner(job, description)));
      return directory;
    } catch (error) {
      await directory.remove().catch(() => undefined);
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
