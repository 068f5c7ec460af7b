import { FaastOptionsError } from "@faast/core/provider";
import { checkLambdaOptions } from "./aws-lambda-options.js";
import { DEFAULT_ROLE, type AwsOptions } from "./aws-options.js";
import { executionPolicy } from "./policy/execution-policy.js";
import { quotas } from "./quotas.js";

/**
 * Refuses options that do not go together, or that AWS would refuse, before anything is asked of it.
 *
 * @throws FaastOptionsError that says which, and what to do.
 */
export function checkAwsOptions(options: Required<AwsOptions>): void {
  checkRole(options);
  checkLambdaOptions(options.awsLambdaOptions, { withPackages: options.packageJson !== "" });
  checkClientConfig(options);
  const { mode, queueDispatch, description } = options;
  if (queueDispatch === "sns" && mode !== "queue") {
    throw refused(
      `"queueDispatch" is "sns", but only with mode: "queue" do calls go by notifications. Add it, or leave "queueDispatch" out`,
    );
  }
  const most = quotas.description.value;
  if (description.length > most) {
    throw refused(
      `"description" has ${description.length} characters, and Lambda takes ${most}. Shorten it`,
    );
  }
  warnOfReservation(options);
}

/**
 * Refuses what clients may not be configured with.
 *
 * @throws FaastOptionsError that says what to do.
 */
export function checkClientConfig({
  clientConfig,
}: Pick<Required<AwsOptions>, "clientConfig">): void {
  if (clientConfig.region === undefined) return;
  throw refused(
    `"clientConfig" must not have "region": names and policies of resources need it, too. Use the option "region"`,
  );
}

function checkRole(options: Required<AwsOptions>): void {
  const { RoleName, rolePolicy, policyStatements } = options;
  const own = RoleName !== DEFAULT_ROLE;
  const wishes = policyStatements.length > 0;
  if (RoleName === "") throw refused('"RoleName" must not be empty. Name a role, or leave it out');
  if (own && wishes) {
    throw refused(
      `"RoleName" and "policyStatements" exclude each other: a role of your own is never modified. Add the statements to the role "${RoleName}", or leave "RoleName" out`,
    );
  }
  if (own && rolePolicy === "administrator") {
    throw refused(
      `"RoleName" and rolePolicy: "administrator" exclude each other: a role of your own is never modified. Leave one of them out`,
    );
  }
  if (rolePolicy === "administrator" && wishes) {
    throw refused(
      `"policyStatements" and rolePolicy: "administrator" exclude each other: an administrator may do everything. Leave one of them out`,
    );
  }
  const { vpc } = options as AwsOptions;
  const policy = executionPolicy({ vpc: vpc !== undefined, policyStatements });
  const size = JSON.stringify(policy).length;
  const most = quotas.rolePolicies.value;
  if (size > most) {
    throw refused(
      `"policyStatements" make a policy of ${size} characters, and IAM takes ${most} in a role. Use patterns in their resources, or make a role and name it by "RoleName"`,
    );
  }
}

/** The engine sends `concurrency` calls; what is beyond the reservation is refused by Lambda. */
function warnOfReservation({ concurrency, mode, reservedConcurrency }: Required<AwsOptions>): void {
  if (reservedConcurrency === 0 || mode === "queue") return;
  if (concurrency > 0 && concurrency <= reservedConcurrency) return;
  process.emitWarning(
    `"concurrency" is ${concurrency || "without a limit"}, and "reservedConcurrency" ${reservedConcurrency}: Lambda refuses the calls beyond it, which then have to be tried again. Give "concurrency" the same number.`,
    "FaastWarning",
  );
}

function refused(what: string): FaastOptionsError {
  return new FaastOptionsError(`Options of faast("aws"): ${what}.`);
}
