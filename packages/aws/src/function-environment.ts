import { FaastOptionsError } from "@faast/core/provider";
import { quotas } from "./quotas.js";

/** Bytes that our own variables take of it, at most. */
const OWN_VARIABLES = 96;

/** Lambda sets them: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reserved: ReadonlySet<string> = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_MAX_CONCURRENCY",
  "AWS_LAMBDA_METADATA_API",
  "AWS_LAMBDA_METADATA_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

/**
 * Refuses what Lambda would refuse, and what would cut the handler off from its queues.
 *
 * @throws FaastOptionsError that names the variable.
 */
export function checkEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(env)) {
    if (reserved.has(name)) throw refused(name, "Lambda sets it itself");
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name))
      throw refused(
        name,
        "Lambda takes names of at least two letters, digits and _ that begin with a letter",
      );
    if (name.startsWith("AWS_ENDPOINT_URL") || name.startsWith("FAAST_"))
      throw refused(name, "the function's own handler depends on it; set it in your module");
  }
  const bytes = Object.entries(env).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  const most = quotas.environment.value;
  if (bytes <= most - OWN_VARIABLES) return;
  throw new FaastOptionsError(
    `The option "env" of faast("aws") has ${bytes} bytes of names and values; Lambda takes ${most}, of which faast needs ${OWN_VARIABLES}. Put large values into a file that is included, or pass them as arguments.`,
  );
}

function refused(name: string, reason: string): FaastOptionsError {
  return new FaastOptionsError(
    `The option "env" of faast("aws") must not have the variable "${name}": ${reason}.`,
  );
}
