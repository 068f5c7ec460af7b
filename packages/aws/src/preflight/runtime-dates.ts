/** Until when Lambda cares for a runtime. */
export interface RuntimeDates {
  /** From then on there are no security patches: `2027-04-30`. */
  readonly deprecated: string;
  /** From then on no functions can be created with it; undefined where AWS has named no date yet. */
  readonly creationBlocked?: string;
}

/**
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, 2026-11. AWS has moved such
 * dates before.
 */
export const runtimeDates: Readonly<Record<string, RuntimeDates>> = {
  "nodejs18.x": { deprecated: "2025-09-01", creationBlocked: "2026-08-31" },
  "nodejs20.x": { deprecated: "2026-04-30", creationBlocked: "2026-08-31" },
  "nodejs22.x": { deprecated: "2027-04-30" },
  "nodejs24.x": { deprecated: "2028-04-30" },
};
