import type { Collector } from "./collector.js";
import { leaseFrom } from "./lease.js";
import type { Plan, PlannedResource } from "./plan.js";

/**
 * Reads leases once more before anything is deleted: between plan and sweep somebody may have thought about
 * it for an hour, and a client that had been suspended has gone on.
 */
export class LeaseCheck {
  private readonly collector: Collector;
  private readonly plan: Plan;
  private readonly signal: AbortSignal;
  private readonly answers = new Map<string, Promise<string | undefined>>();

  constructor(collector: Collector, plan: Plan, signal: AbortSignal) {
    this.collector = collector;
    this.plan = plan;
    this.signal = signal;
  }

  /** Why a resource must not be deleted after all; undefined if it may be. Asks once for each job. */
  async reasonToKeep({ mark }: PlannedResource): Promise<string | undefined> {
    const job = mark?.job;
    if (job === undefined || this.plan.overridesLeases) return undefined;
    let answer = this.answers.get(job);
    if (answer === undefined) this.answers.set(job, (answer = this.ask(job)));
    return answer;
  }

  private async ask(job: string): Promise<string | undefined> {
    if (this.collector.readLease === undefined) return undefined;
    try {
      const reading = await this.collector.readLease(job, this.signal);
      if (reading === undefined) return undefined;
      const { clockSkew } = this.plan;
      const { state } = leaseFrom([reading], { now: new Date(), clockSkew });
      if (state === "unknown") return "nothing tells any more when its lease ends";
      return state === "held" ? "its lease has been renewed meanwhile" : undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `its lease could not be read again: ${reason}`;
    }
  }
}
