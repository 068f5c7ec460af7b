import type { GetAccountSettingsResponse } from "@aws-sdk/client-lambda";
import type { PreflightCheck } from "@faast/core/provider";
import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";

/** Where one asks for more. */
const SERVICE_QUOTAS =
  'ask for more in the console\'s "Service Quotas", AWS Lambda, "Concurrent executions"';
/** Concurrent executions of an ordinary account: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const USUAL_CONCURRENCY = 1000;
/** MB that functions of new accounts may have, as a rule. */
const REDUCED_MEMORY = 3008;
/**
 * Execution environments that a function gets at once, and then again every ten seconds
 * (https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html).
 */
const RAMP_STEP = 1000;
const RAMP_SECONDS = 10;
/** The part of the storage for code that may be in use. */
const FULL_STORAGE = 0.9;

/** What jobs want of an account. */
export interface Wishes {
  /** Calls at the same time; 0: no limit. */
  readonly concurrency: number;
  /** MB. */
  readonly memorySize: number;
}

/** What the account's quotas let jobs do. */
export async function accountChecks(scope: AwsScope, wishes: Wishes): Promise<PreflightCheck[]> {
  const lambda = await scope.clients.lambda();
  const settings = await awsRequest("lambda:GetAccountSettings", scope, (options) =>
    lambda.getAccountSettings({}, options),
  );
  return quotaChecks(settings, wishes);
}

/** What follows from an account's settings. */
export function quotaChecks(
  { AccountLimit = {}, AccountUsage = {} }: GetAccountSettingsResponse,
  { concurrency, memorySize }: Wishes,
): PreflightCheck[] {
  const total = AccountLimit.ConcurrentExecutions ?? 0;
  const free = AccountLimit.UnreservedConcurrentExecutions ?? total;
  const reachable = concurrency === 0 ? free : Math.min(concurrency, free);
  return [
    concurrencyCheck({ total, free, concurrency }),
    { name: "ramp", status: "ok", found: ramp(reachable) },
    ...(total < USUAL_CONCURRENCY && memorySize > REDUCED_MEMORY ? [memoryCheck(memorySize)] : []),
    storageCheck(AccountUsage.TotalCodeSize ?? 0, AccountLimit.TotalCodeSize ?? Infinity),
  ];
}

function concurrencyCheck(numbers: { total: number; free: number; concurrency: number }) {
  const { total, free, concurrency } = numbers;
  const name = "concurrency";
  const reserved = total === free ? "" : `, ${total - free} of them reserved for functions`;
  const found = `${total} executions at once in this region${reserved}`;
  if (free === 0) return { name, status: "failure", found, advice: SERVICE_QUOTAS } as const;
  if (concurrency === 0 || concurrency <= free) return { name, status: "ok", found } as const;
  const advice = `the option "concurrency" is ${concurrency}: calls beyond ${free} are refused and tried again; lower it, or ${SERVICE_QUOTAS}`;
  return { name, status: "warning", found, advice } as const;
}

/** How soon so many calls run at once. */
function ramp(calls: number): string {
  if (calls <= RAMP_STEP) return `${calls} calls at once from the start`;
  const seconds = Math.ceil(((calls - RAMP_STEP) / RAMP_STEP) * RAMP_SECONDS);
  return `${calls} calls at once after about ${seconds} s: ${RAMP_STEP} from the start, then ${RAMP_STEP} more in ${RAMP_SECONDS} s`;
}

function memoryCheck(memorySize: number): PreflightCheck {
  return {
    name: "memory",
    status: "warning",
    found: "the account's quotas are reduced, as those of new accounts are",
    advice: `"memorySize" is ${memorySize}: such accounts may be refused more than ${REDUCED_MEMORY} MB`,
  };
}

function storageCheck(used: number, limit: number): PreflightCheck {
  const gibibytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const found = `${gibibytes(used)} of ${gibibytes(limit)} GiB used by functions and layers`;
  const name = "code storage";
  if (used <= FULL_STORAGE * limit) return { name, status: "ok", found };
  const advice = 'delete functions and layers that nobody uses; "faast cleanup aws" lists ours';
  return { name, status: used >= limit ? "failure" : "warning", found, advice };
}
