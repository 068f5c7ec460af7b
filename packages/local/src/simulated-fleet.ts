/** Seconds over which a cloud counts how many workers have been started. */
const RAMP_TIME = 10;

/** How the number of workers is bounded. */
export interface FleetLimits {
  readonly concurrencyLimit?: number;
  readonly ramp?: number;
  readonly idleTime?: number;
}

/**
 * Counts the workers that a cloud would have: each runs one call at a time, is used again, and is gone
 * after it has been idle for a while. New ones come at a bounded rate.
 */
export class SimulatedFleet {
  private readonly limits: Required<FleetLimits>;
  private readonly now: () => number;
  /** When each idle worker had its last call; the one used last is used first. */
  private readonly idleSince: number[] = [];
  private running = 0;
  /** Workers that may be started now. */
  private startable: number;
  private countedAt: number;

  /** @param now - a clock, in milliseconds. */
  constructor(limits: FleetLimits, now: () => number = () => performance.now()) {
    const { concurrencyLimit = Infinity, ramp = Infinity, idleTime = Infinity } = limits;
    this.limits = { concurrencyLimit, ramp, idleTime };
    this.now = now;
    this.startable = ramp;
    this.countedAt = now();
  }

  /** Takes a worker for a call; otherwise, says why there is none. */
  take(): string | undefined {
    const { concurrencyLimit, ramp } = this.limits;
    if (this.running >= concurrencyLimit)
      return `${concurrencyLimit} calls run already, which is the simulated cloud's concurrencyLimit`;
    if (!this.takeIdle() && !this.startOne())
      return `${ramp} workers have been started within ${RAMP_TIME} s already, which is the simulated cloud's ramp`;
    this.running++;
    return undefined;
  }

  giveBack(): void {
    this.running--;
    this.idleSince.push(this.now());
  }

  private takeIdle(): boolean {
    const since = this.idleSince.pop();
    if (since === undefined) return false;
    if (this.now() - since < this.limits.idleTime * 1000) return true;
    // Those below have been idle for longer still.
    this.idleSince.length = 0;
    return false;
  }

  private startOne(): boolean {
    const { ramp } = this.limits;
    const now = this.now();
    const refilled = ((now - this.countedAt) / (RAMP_TIME * 1000)) * ramp;
    this.countedAt = now;
    this.startable = ramp === Infinity ? Infinity : Math.min(ramp, this.startable + refilled);
    if (this.startable < 1) return false;
    this.startable--;
    return true;
  }
}
