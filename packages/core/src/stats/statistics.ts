/**
 * Incremental statistics of a series of samples (Welford's method: one pass, no samples kept).
 *
 * @example
 * ```ts
 * import { Statistics } from "@faast/core";
 * const latency = new Statistics();
 * latency.update(12);
 * latency.update(14);
 * latency.mean; // 13
 * ```
 */
export class Statistics {
  /** Number of samples. */
  samples = 0;
  /** Largest sample; -Infinity before the first. */
  max = -Infinity;
  /** Smallest sample; Infinity before the first. */
  min = Infinity;
  /** Population variance; 0 before the second sample. */
  variance = 0;
  /** Arithmetic mean; NaN before the first sample. */
  mean = NaN;

  /** @param printFixedPrecision - digits after the point in `toString()`. */
  constructor(printFixedPrecision = 1) {
    this.printFixedPrecision = printFixedPrecision;
  }

  private readonly printFixedPrecision: number;

  /** Population standard deviation. */
  get stdev(): number {
    return Math.sqrt(this.variance);
  }

  /** Adds a sample; `undefined` is passed over. */
  update(value: number | undefined): void {
    if (value === undefined) return;
    this.samples++;
    if (value > this.max) this.max = value;
    if (value < this.min) this.min = value;
    if (this.samples === 1) {
      this.mean = value;
      return;
    }
    const before = value - this.mean;
    this.mean += before / this.samples;
    this.variance += (before * (value - this.mean) - this.variance) / this.samples;
  }

  /** An independent copy. */
  clone(): Statistics {
    return Object.assign(new Statistics(this.printFixedPrecision), this);
  }

  /** The mean, rounded. */
  toString(): string {
    return this.mean.toFixed(this.printFixedPrecision);
  }
}
