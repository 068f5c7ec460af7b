import type { Resource } from "@faast/core/provider";
import { kinds } from "./kinds.js";
import { tagNames } from "./tag-names.js";

/** Milliseconds by which clocks may differ. */
const CLOCK_SKEW = 5 * 60_000;

/**
 * Jobs that are being deployed, going by a listing: their lease has not ended, and they have no function yet.
 * The role that they are about to give to one does not look as if anybody had it.
 */
export class DeployingJobs {
  private readonly living = new Set<string>();
  private readonly deployed = new Set<string>();

  note(resources: readonly Resource[]): void {
    for (const { kind, tags } of resources) {
      const job = tags[tagNames.job];
      if (job === undefined) continue;
      if (kind === kinds.function) this.deployed.add(job);
      const expires = Date.parse(tags[tagNames.expires] ?? "");
      if (Date.now() < expires + CLOCK_SKEW) this.living.add(job);
    }
  }

  get any(): boolean {
    return [...this.living].some((job) => !this.deployed.has(job));
  }
}
