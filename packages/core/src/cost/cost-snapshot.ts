import type { CommonOptions } from "../options/common-options.js";
import type { FunctionStats } from "../stats/function-stats.js";
import type { CostMetric } from "./cost-metric.js";

/** What a `CostSnapshot` is made of. */
export interface CostSnapshotFields {
  readonly provider: string;
  readonly options: CommonOptions;
  readonly stats: FunctionStats;
  readonly costMetrics: readonly CostMetric[];
}

/** The estimated cost of a job at one moment, item by item, in US dollars. */
export class CostSnapshot {
  /** The provider's name. */
  readonly provider: string;
  /** The options in force, without the values of `env`. */
  readonly options: CommonOptions;
  /** Statistics that the estimate rests on. */
  readonly stats: FunctionStats;
  readonly costMetrics: readonly CostMetric[];

  constructor(fields: CostSnapshotFields) {
    this.provider = fields.provider;
    // Snapshots are made to be logged and stored: they have the names of variables, not their values.
    const names = Object.keys(fields.options.env ?? {});
    this.options = { ...fields.options, env: Object.fromEntries(names.map((name) => [name, "…"])) };
    this.stats = fields.stats;
    this.costMetrics = [...fields.costMetrics];
  }

  /** The sum, in US dollars. */
  total(): number {
    return this.costMetrics
      .filter((metric) => metric.informationalOnly !== true)
      .reduce((sum, metric) => sum + metric.cost(), 0);
  }

  /** The metric of that name. */
  find(name: string): CostMetric | undefined {
    return this.costMetrics.find((metric) => metric.name === name);
  }

  /** A table for people, the costliest first. */
  toString(): string {
    const rows = this.sorted().map((metric) => `${metric.toString()}  ${this.percentage(metric)}%`);
    return [...rows, `total: $${this.total().toFixed(8)}`].join("\n");
  }

  /** Comma-separated: `metric,unit,pricing,measured,cost,percentage,comment`. */
  csv(): string {
    const rows = this.sorted().map((metric) =>
      [
        metric.name,
        metric.unit,
        metric.pricing,
        metric.measured,
        metric.cost(),
        this.percentage(metric),
        metric.comment ?? "",
      ]
        .map((cell) => quoteCell(String(cell)))
        .join(","),
    );
    return `${["metric,unit,pricing,measured,cost,percentage,comment", ...rows].join("\n")}\n`;
  }

  private sorted(): CostMetric[] {
    return [...this.costMetrics].sort((a, b) => b.cost() - a.cost());
  }

  private percentage(metric: CostMetric): string {
    const total = this.total();
    return (
      total === 0 || metric.informationalOnly === true ? 0 : (metric.cost() / total) * 100
    ).toFixed(1);
  }
}

function quoteCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
