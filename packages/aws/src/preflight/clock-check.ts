import type { PreflightCheck } from "@faast/core/provider";

/** Seconds by which clocks may differ without a word: a service tells its time to the second only. */
const TOLERANCE = 60;
/** Seconds beyond which leases are judged wrongly, and AWS does not believe the time of a request. */
const LIMIT = 300;

/** When a request was sent and answered here, and what the service took for the time. */
export interface ClockReading {
  readonly sent: Date;
  readonly answered: Date;
  readonly serverTime: Date | undefined;
}

/** Whether this clock and AWS's agree. */
export function clockCheck({ sent, answered, serverTime }: ClockReading): PreflightCheck {
  const name = "clock";
  if (serverTime === undefined)
    return { name, status: "warning", found: "the service did not tell its time" };
  const here = (sent.getTime() + answered.getTime()) / 2;
  const skew = Math.round((here - serverTime.getTime()) / 1000);
  if (Math.abs(skew) <= TOLERANCE) return { name, status: "ok", found: "agrees with AWS's" };
  const found = `${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} AWS's`;
  const harm =
    Math.abs(skew) > LIMIT
      ? "AWS refuses requests that seem so old, and leases of jobs end at the wrong time"
      : "leases of jobs end at the wrong time";
  return { name, status: "warning", found, advice: `set this machine's clock: ${harm}` };
}
