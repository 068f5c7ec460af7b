import { UsageError } from "./exit-codes.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const units: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** How long, in the largest unit that fits: `"3d"`, `"12h"`. */
export function formatAge(milliseconds: number): string {
  if (milliseconds < MINUTE) return `${Math.max(0, Math.round(milliseconds / SECOND))}s`;
  if (milliseconds < 2 * HOUR) return `${Math.round(milliseconds / MINUTE)}m`;
  if (milliseconds < 2 * DAY) return `${Math.round(milliseconds / HOUR)}h`;
  return `${Math.round(milliseconds / DAY)}d`;
}

/** Bytes with a unit: `"1.5 MB"`. */
export function formatSize(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  const names = ["kB", "MB", "GB", "TB"];
  const power = Math.min(names.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${names[power - 1] ?? "B"}`;
}

/** US dollars: `"0.0120"`. */
export function formatCost(dollars: number | undefined): string {
  if (dollars === undefined) return "";
  return dollars === 0 ? "0" : dollars.toFixed(dollars < 1 ? 4 : 2);
}

/** A number of things: `"1 resource"`, `"2 resources"`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** The sum of what is known; undefined if nothing is. */
export function sum(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, each) => total + each, 0);
}

/**
 * Reads how long: `"90s"`, `"30m"`, `"12h"`, `"2d"`.
 *
 * @throws UsageError if it is something else.
 */
export function parseAge(option: string, text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (units[unit] ?? NaN);
  throw new UsageError(
    `--${option} must be a number and a unit, as in 30m, 12h or 2d, not "${text}".`,
  );
}
