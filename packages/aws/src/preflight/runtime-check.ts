import type { PreflightCheck } from "@faast/core/provider";
import { runtimeDates } from "./runtime-dates.js";

/** Milliseconds before a runtime's end at which one is told of it: three months. */
const NOTICE = 91 * 24 * 60 * 60_000;

/** Whether Lambda takes functions with a runtime, and for how long it will care for it. */
export function runtimeCheck(runtime: string, now = new Date()): PreflightCheck {
  const name = "runtime";
  const dates = runtimeDates[runtime];
  const advice = `use "${newest()}": the option "runtime"`;
  if (dates === undefined)
    return { name, status: "warning", found: `${runtime}, of which nothing is known`, advice };
  const { deprecated, creationBlocked } = dates;
  const today = now.toISOString().slice(0, 10);
  if (creationBlocked !== undefined && today >= creationBlocked) {
    const found = `${runtime}: Lambda has taken no new functions with it since ${creationBlocked}`;
    return { name, status: "failure", found, advice };
  }
  if (today >= deprecated)
    return { name, status: "warning", found: `${runtime}, deprecated since ${deprecated}`, advice };
  const found = `${runtime}, cared for until ${deprecated}`;
  const isNear = Date.parse(deprecated) - now.getTime() < NOTICE;
  return isNear ? { name, status: "warning", found, advice } : { name, status: "ok", found };
}

function newest(): string {
  const byEnd = Object.entries(runtimeDates).sort(([, a], [, b]) =>
    b.deprecated.localeCompare(a.deprecated),
  );
  return byEnd[0]?.[0] ?? "";
}
