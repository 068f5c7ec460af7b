import { logRetention } from "./quotas.js";

/** Days for which CloudWatch keeps lines, where they are wanted for so many: it knows a few numbers only. */
export function logRetentionDays(wanted: number): number {
  const { values } = logRetention;
  return values.find((each) => each >= wanted) ?? Math.max(...values);
}
