/** What a `CostMetric` is made of. */
export interface CostMetricFields {
  /** camelCase, unique in its snapshot: `functionCallDuration`. */
  readonly name: string;
  /** US dollars per unit. */
  readonly pricing: number;
  /** The unit, in the singular: `"second"`. */
  readonly unit: string;
  /** How many units were used. */
  readonly measured: number;
  /** The plural of the unit, where it is not the unit with an `s`. */
  readonly unitPlural?: string;
  readonly comment?: string;
  /** Shown, but no cost of its own. */
  readonly informationalOnly?: boolean;
}

/** One item of a bill. */
export class CostMetric {
  readonly name: string;
  readonly pricing: number;
  readonly unit: string;
  readonly measured: number;
  readonly unitPlural?: string;
  readonly comment?: string;
  readonly informationalOnly?: boolean;

  constructor(fields: CostMetricFields) {
    this.name = fields.name;
    this.pricing = fields.pricing;
    this.unit = fields.unit;
    this.measured = fields.measured;
    if (fields.unitPlural !== undefined) this.unitPlural = fields.unitPlural;
    if (fields.comment !== undefined) this.comment = fields.comment;
    if (fields.informationalOnly !== undefined) this.informationalOnly = fields.informationalOnly;
  }

  /** US dollars. */
  cost(): number {
    return this.pricing * this.measured;
  }

  /** The computation without the name: `$0.0000002/call  12 calls  $0.00000240`. */
  describeCostOnly(): string {
    const units = this.measured === 1 ? this.unit : (this.unitPlural ?? `${this.unit}s`);
    return `$${formatPrice(this.pricing)}/${this.unit}  ${formatMeasure(this.measured)} ${units}  $${this.cost().toFixed(8)}`;
  }

  toString(): string {
    const note = this.comment === undefined ? "" : `  (${this.comment})`;
    return `${this.name}  ${this.describeCostOnly()}${note}`;
  }
}

function formatPrice(value: number): string {
  return value === 0 ? "0" : value.toFixed(10).replace(/\.?0+$/, "");
}

function formatMeasure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
