import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { bundle, callableExports, writeInspectionCopy, type Bundle } from "@faast/bundler";
import {
  FaastCreateFunctionError,
  FaastOptionsError,
  type Collector,
  type CollectorScope,
  type DeploySpec,
  type Deployment,
  type OptionSpec,
  type Provider,
} from "@faast/core/provider";
import { AwsDeployment } from "./aws-deployment.js";
import { checkAwsOptions, checkClientConfig } from "./aws-option-check.js";
import { awsOptionTable, lambdaLimits, type AwsOptions } from "./aws-options.js";
import { checkCodeSize } from "./code-size.js";
import { layeredPackages } from "./dependencies/layered-packages.js";
import { checkEnvironment } from "./function-environment.js";
import { AwsRequestError } from "./infra/aws-failure.js";
import { JobInfrastructure } from "./job-infrastructure.js";
import { AwsCollector } from "./leftovers/aws-collector.js";
import { preflight } from "./preflight/preflight.js";
import { providerPolicies } from "./provider-policies.js";

const workerEntry = fileURLToPath(new URL("./worker/lambda-entry.js", import.meta.url));

/** Runs functions in AWS Lambda. */
export const provider: Provider<AwsOptions> = {
  name: "aws",
  options: awsOptionTable,
  deploy,
  collector,
  preflight,
  policies: (options) => Promise.resolve(providerPolicies(options)),
};

function collector(
  options: Required<AwsOptions>,
  { allRegions = false, caches = false }: CollectorScope,
): Collector {
  checkClientConfig(options);
  return new AwsCollector({ ...options, allRegions, caches });
}

async function deploy(spec: DeploySpec<AwsOptions>, signal: AbortSignal): Promise<Deployment> {
  const { options, job, moduleFile, needsFunctions } = spec;
  checkLimits(options);
  const dependencies = await layeredPackages(options.packageJson);
  const infrastructure = new JobInfrastructure(spec);
  const failed = new AbortController();
  try {
    const { include, exclude, packageJson, esbuildOptions } = options;
    const bundling = bundle({
      module: moduleFile,
      entry: workerEntry,
      include: [...include],
      exclude: [...exclude],
      ...(packageJson === "" ? {} : { packageJson }),
      esbuildOptions,
      signal: AbortSignal.any([signal, failed.signal]),
    });
    // The role and the dependencies need no code, and the code none of them.
    const [bundled, archive] = await Promise.all([
      bundling,
      bundling.then((found) => packed(found, failed.signal)),
      infrastructure.prepare(dependencies, signal),
    ]);
    for (const { text } of bundled.warnings) process.emitWarning(text, "FaastWarning");
    const [functions] = await Promise.all([
      needsFunctions ? bundled.manifest().then(callableExports) : undefined,
      infrastructure.createFunction(archive, signal),
      writeInspectionCopy(bundled, job.name),
    ]);
    return new AwsDeployment(infrastructure, functions);
  } catch (error) {
    failed.abort(error);
    await infrastructure
      .close({ deleteResources: true, deleteCaches: false, gcTimeout: 10 })
      .catch((failure: unknown) => warnOfLeftovers(job.name, failure));
    if (!(error instanceof AwsRequestError)) throw error;
    const step = infrastructure.failedStep(error) ?? "it";
    throw new FaastCreateFunctionError(
      `faast("aws") could not be set up: ${step} could not be made. ${error.message}`,
      { cause: error },
    );
  }
}

/** The archive, unless nobody wants it any more. */
function packed(bundled: Bundle, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  checkCodeSize(bundled);
  return bundled.archive();
}

/** What could not be removed is told beside the failure that comes first, not in its place. */
function warnOfLeftovers(jobName: string, failure: unknown): void {
  const reason = failure instanceof Error ? failure.message : String(failure);
  process.emitWarning(
    `After faast("aws") had failed, not all resources named ${jobName} could be removed: ${reason}`,
    "FaastWarning",
  );
}

/** Refuses what Lambda would refuse, before anything is asked of it. */
function checkLimits(options: Required<AwsOptions>): void {
  for (const [name, limit] of Object.entries(lambdaLimits) as [
    keyof AwsOptions,
    OptionSpec<number>,
  ][]) {
    const expected = limit.expected(options[name]);
    if (expected === undefined) continue;
    throw new FaastOptionsError(
      `The option "${name}" of faast("aws") must be ${expected}, not ${inspect(options[name])}: Lambda has that limit.`,
    );
  }
  checkEnvironment(options.env);
  checkAwsOptions(options);
}
