import type { SweepReport } from "@faast/gc";
import { log, type Logger } from "../log.js";
import type { CommonOptions } from "../options/common-options.js";
import type { Provider } from "../provider/contract.js";
import { claimCollection } from "./collection-stamp.js";

/** Milliseconds after which `gc: "auto"` begins: the first calls are on their way then. */
const DELAY = 1000;
const DAY = 24 * 60 * 60_000;
/** A collection beside calls leaves the better part of the service to them. */
const GENTLE_PACE = { concurrency: 2, rate: 4 };

/**
 * The collection of leftovers that `faast()` starts: beside the calls, which it does not delay. It is given up when
 * the module is cleaned up, and what goes wrong in it concerns nobody but the log.
 */
export class AutomaticCollection {
  private readonly provider: Provider;
  private readonly options: Required<CommonOptions>;
  private readonly abort = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  /** Gives back the claim of this hour, where the collection has not come to its end. */
  private release: (() => void) | undefined;

  constructor(provider: Provider, options: Required<CommonOptions>) {
    this.provider = provider;
    this.options = options;
    if (options.gc === "force") this.running = this.run();
    else this.timer = setTimeout(() => void (this.running = this.run()), DELAY).unref();
  }

  /** Gives it up; one that was asked for gets so many seconds first, or, with 0, what it takes. */
  async end(grace: number): Promise<void> {
    clearTimeout(this.timer);
    if (this.options.gc === "force") await this.wait(grace);
    this.abort.abort();
    this.release?.();
  }

  private async wait(seconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      if (seconds > 0) timer = setTimeout(resolve, Math.min(seconds * 1000, 2 ** 31 - 1));
    });
    await Promise.race([this.running, late]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    try {
      const report = await this.collect();
      if (report !== undefined) tell(this.provider.name, report, this.options.gc);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      const logger = loggerFor(this.options.gc);
      logger("%s: leftovers were not collected: %s", this.provider.name, messageOf(error));
    }
  }

  /** The claim of this hour; what was asked for goes on without one, where none can be written down. */
  private async claim(place: string): Promise<(() => void) | undefined> {
    try {
      return await claimCollection(place);
    } catch (error) {
      if (this.options.gc !== "force") throw error;
      log.gc("%s: the collection could not be claimed: %s", this.provider.name, messageOf(error));
      return undefined;
    }
  }

  private async collect(): Promise<SweepReport | undefined> {
    const { provider, options, abort } = this;
    const { signal } = abort;
    const collector = provider.collector?.(options, {});
    if (collector === undefined) return undefined;
    const place = `${provider.name} ${await collector.scope(signal)}`;
    signal.throwIfAborted();
    this.release = await this.claim(place);
    if (this.release === undefined && options.gc !== "force") return undefined;
    if (signal.aborted) this.release?.();
    // Loaded when it is needed, which in most programs is never.
    const { expiredPolicy, makePlan, sweep } = await import("@faast/gc");
    signal.throwIfAborted();
    const policy = expiredPolicy({ olderThan: options.retentionInDays * DAY });
    const plan = await makePlan(collector, policy, { signal });
    const pace = options.gc === "force" ? {} : GENTLE_PACE;
    const report = await sweep(collector, plan, { signal, pace, keepAlive: false });
    if (!signal.aborted) this.release = undefined;
    return report;
  }
}

/** Who asked for a collection is to know what goes wrong in it. */
function loggerFor(gc: string): Logger {
  return gc === "force" ? log.leaks : log.gc;
}

function tell(provider: string, { deleted, skipped, failed }: SweepReport, gc: string): void {
  log.gc(
    "%s: leftovers: %d deleted, %d skipped, %d failed",
    provider,
    deleted.length,
    skipped.length,
    failed.length,
  );
  const logger = loggerFor(gc);
  for (const { resource, reason } of failed)
    logger("%s: the %s %s could not be deleted: %s", provider, resource.kind, resource.id, reason);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
