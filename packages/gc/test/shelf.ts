import { resourceKey, tagNames, type Collector, type Resource } from "@faast/gc";

export const HOUR = 3_600_000;
export const NOW = new Date("2026-06-01T12:00:00.000Z");
export const JOB = "11111111-2222-4333-8444-555555555555";
export const OTHER_JOB = "99999999-2222-4333-8444-555555555555";

export function ago(milliseconds: number): Date {
  return new Date(NOW.getTime() - milliseconds);
}

/** Tags of a job that was created and whose lease ended so many milliseconds ago. */
export function tags(created: number, expired: number, job = JOB): Record<string, string> {
  return {
    [tagNames.job]: job,
    [tagNames.owner]: "ada@lab",
    [tagNames.created]: ago(created).toISOString(),
    [tagNames.expires]: ago(expired).toISOString(),
  };
}

export function queue(id: string, more: Partial<Resource> = {}): Resource {
  return { kind: "queue", id, tags: tags(48 * HOUR, 24 * HOUR), ...more };
}

export interface ShelfOptions {
  pageSize?: number;
  /** Called before each deletion; what it throws, the deletion throws. */
  onDelete?: (resource: Resource, signal: AbortSignal) => unknown;
  readLease?: Collector["readLease"];
  isTransient?: Collector["isTransient"];
  pace?: Collector["pace"];
}

/** A collector of what lies in memory. */
export class Shelf implements Collector {
  readonly resources: Map<string, Resource>;
  readonly order: string[] = [];
  readonly pace: NonNullable<Collector["pace"]>;
  readonly readLease: Collector["readLease"];
  readonly isTransient: Collector["isTransient"];
  busiest = 0;
  private busy = 0;
  private readonly options: ShelfOptions;

  constructor(resources: readonly Resource[], options: ShelfOptions = {}) {
    this.resources = new Map(resources.map((each) => [resourceKey(each), each]));
    this.options = options;
    this.pace = options.pace ?? { concurrency: 4, rate: 100_000 };
    this.readLease = options.readLease;
    this.isTransient = options.isTransient;
  }

  scope = async () => "memory";

  async *list() {
    const all = [...this.resources.values()];
    const size = this.options.pageSize ?? 2;
    for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
  }

  async delete(resource: Resource, signal: AbortSignal) {
    this.busiest = Math.max(this.busiest, ++this.busy);
    try {
      await new Promise(setImmediate);
      const result = await this.options.onDelete?.(resource, signal);
      if (result !== undefined) return result as { spared: string };
      this.resources.delete(resourceKey(resource));
      this.order.push(resource.id);
      return undefined;
    } finally {
      this.busy--;
    }
  }
}
