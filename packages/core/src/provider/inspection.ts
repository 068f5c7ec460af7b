/** Where a collector is to look, beside what the provider's options say. */
export interface CollectorScope {
  /** In every region of the account, not only in that of the options. Default: false. */
  readonly allRegions?: boolean;
  /** Also what is kept for all jobs to come, and never expires by itself. Default: false. */
  readonly caches?: boolean;
}

/** What jobs need, and whether it is there. */
export interface PreflightReport {
  readonly checks: readonly PreflightCheck[];
}

/** One thing that was looked at. */
export interface PreflightCheck {
  /** What it is: `"memory"`. */
  readonly name: string;
  /** A `warning` is what may do for some jobs; with a `failure`, none will run. */
  readonly status: "ok" | "warning" | "failure";
  /** What was found: `"16 GB, 12 GB free"`. */
  readonly found: string;
  /** What to do about it, if anything. */
  readonly advice?: string | undefined;
}

/** A document that says what an account must permit. */
export interface PolicyDocument {
  /** A short name, fit for a file: `"deploy"`. */
  readonly name: string;
  /** Whom it is for, in a sentence. */
  readonly description: string;
  /** What the service takes, as JSON. */
  readonly document: Readonly<Record<string, unknown>>;
}
