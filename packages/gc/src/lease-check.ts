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
  private readonly answers = new Map<string, Promise<string | undefined>>();

  constructor(collector: Collector, plan: Plan) {
    this.collector = collector;
    this.plan = plan;
  }

  /**
   * Why a resource must not be deleted after all; undefined if it may be. Asks once for each job, and again
   * only after a failure.
   *
   * @throws what the collector throws.
   */
  async reasonToKeep({ mark }: PlannedResource, signal: AbortSignal): Promise<string | undefined> {
    const job = mark?.job;
    if (job === undefined || this.plan.overridesLeases) return undefined;
    const known = this.answers.get(job);
    if (known !== undefined) return known;
    const answer = this.ask(job, signal);
    this.answers.set(job, answer);
    const forget = () => {
      if (this.answers.get(job) === answer) this.answers.delete(job);
    };
    answer.catch(forget);
    // An attempt whose time is up has failed, though it may never settle.
    signal.addEventListener("abort", forget, { once: true });
    return answer;
  }

  private async ask(job: string, signal: AbortSignal): Promise<string | undefined> {
    const reading = await this.collector.readLease?.(job, signal);
    if (reading === undefined) return undefined;
    const { clockSkew } = this.plan;
    const { state } = leaseFrom([reading], { now: new Date(), clockSkew });
    if (state === "unknown") return "nothing tells any more when its lease ends";
    return state === "held" ? "its lease has been renewed meanwhile" : undefined;
  }
}
