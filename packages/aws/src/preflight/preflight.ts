import type { PreflightCheck, PreflightReport } from "@faast/core/provider";
import { checkClientConfig } from "../aws-option-check.js";
import type { AwsOptions } from "../aws-options.js";
import { AwsRequestError, hasAwsCode, isAccessDenied } from "../infra/aws-failure.js";
import { callerIdentity, type CallerIdentity } from "../infra/caller-identity.js";
import { createAwsClients, type AwsScope } from "../infra/clients.js";
import { lambdaRegions } from "../leftovers/regions.js";
import { accountChecks } from "./account-checks.js";
import { clockCheck } from "./clock-check.js";
import { permissionCheck } from "./permission-check.js";
import { permissionSets } from "./permission-sets.js";
import { principalOf } from "./principal.js";
import { roleCheck } from "./role-check.js";
import { runtimeCheck } from "./runtime-check.js";

/**
 * What jobs need of an account and a region, and whether it is there. It changes nothing.
 *
 * @throws FaastOptionsError where the clients may not be configured so.
 */
export async function preflight(
  options: Required<AwsOptions>,
  signal: AbortSignal,
): Promise<PreflightReport> {
  checkClientConfig(options);
  const { region, clientConfig, runtime, concurrency, memorySize } = options;
  const clients = await createAwsClients({ region, clientConfig });
  const scope = { clients, signal };
  const known = [regionCheck(clients.region), runtimeCheck(runtime)];
  try {
    const sent = new Date();
    const caller = await callerIdentity(scope);
    const clock = clockCheck({ sent, answered: new Date(), serverTime: caller.serverTime });
    const checks = await Promise.all([
      attempt("quotas", signal, () => accountChecks(scope, { concurrency, memorySize })),
      attempt("execution role", signal, async () => [await roleCheck(scope, options)]),
      attempt("permissions", signal, () => permissionChecks(scope, caller, options)),
    ]);
    return { checks: [credentials(caller), ...known, clock, ...checks.flat()] };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: [noCredentials(error), ...known] };
  } finally {
    clients.destroy();
  }
}

function credentials({ arn }: CallerIdentity): PreflightCheck {
  const name = "credentials";
  if (!arn.endsWith(":root")) return { name, status: "ok", found: arn };
  const advice = 'use a role or a user with the policies that "faast policy aws" prints';
  return { name, status: "warning", found: `${arn}, who may do everything`, advice };
}

function noCredentials(error: unknown): PreflightCheck {
  const wasAnswered = error instanceof AwsRequestError && error.statusCode !== undefined;
  const isMissing = hasAwsCode(error, "CredentialsProviderError");
  let found = "not checked, since AWS could not be asked";
  if (isMissing) found = "none";
  else if (wasAnswered) found = "not accepted by AWS";
  const advice = error instanceof Error ? error.message : String(error);
  return { name: "credentials", status: "failure", found, advice };
}

function regionCheck(name: string): PreflightCheck {
  const region = lambdaRegions.find((each) => each.name === name);
  if (region !== undefined) return { name: "region", status: "ok", found: name };
  const advice = "check its name, if you did not mean a new one";
  return { name: "region", status: "warning", found: `${name}, of which nothing is known`, advice };
}

async function permissionChecks(
  scope: AwsScope,
  caller: CallerIdentity,
  options: Required<AwsOptions>,
): Promise<PreflightCheck[]> {
  if (caller.arn.endsWith(":root")) return [];
  const principal = await principalOf(scope, caller.arn);
  if (principal === undefined) {
    const found = `not checked: nobody can ask for ${caller.arn}`;
    const advice = 'compare the policies with "faast policy aws"';
    return [{ name: "permissions", status: "warning", found, advice }];
  }
  const { account } = caller;
  const { region } = scope.clients;
  const place = { principal, account, region };
  const sets = permissionSets(options, { account, region });
  return Promise.all(sets.map((each) => permissionCheck(scope, place, each)));
}

/** Checks that fail for a reason of their own do not take the others with them. */
async function attempt(
  name: string,
  signal: AbortSignal,
  check: () => Promise<PreflightCheck[]>,
): Promise<PreflightCheck[]> {
  try {
    return await check();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AwsRequestError)) throw error;
    const found = isAccessDenied(error) ? "not checked, which is not permitted" : "not checked";
    return [{ name, status: "warning", found, advice: error.message }];
  }
}
