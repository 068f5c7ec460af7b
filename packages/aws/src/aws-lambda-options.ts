import type { CreateFunctionRequest } from "@aws-sdk/client-lambda";
import { FaastOptionsError } from "@faast/core/provider";
import { quotas } from "./quotas.js";

/** Inputs of CreateFunction that are the provider's own, and what to use instead. */
const owned = {
  Architectures: 'the option "architecture"',
  Code: 'the module, and the option "include"',
  Description: 'the option "description"',
  Environment: 'the option "env"',
  EphemeralStorage: 'the option "ephemeralStorageSize"',
  FunctionName: 'the job\'s own name; the option "description" can tell functions apart',
  Handler: "the module's functions; the handler is faast's own",
  ImageConfig: 'the option "packageJson" or "include"; functions are not made of images',
  MemorySize: 'the option "memorySize"',
  PackageType: 'the option "packageJson" or "include"; functions are zip archives',
  Role: 'the option "RoleName"',
  Runtime: 'the option "runtime"',
  Timeout: 'the option "timeout"',
  VpcConfig: 'the option "vpc"',
} as const satisfies Partial<Record<keyof CreateFunctionRequest, string>>;

/** Inputs of CreateFunction that make functions which our invocations do not reach, and why. */
const unreachable = {
  CapacityProviderConfig:
    "such functions run as published versions only, and calls go to the unpublished one",
  TenancyConfig: "each invocation of such a function has to name a tenant, and calls name none",
} as const satisfies Partial<Record<keyof CreateFunctionRequest, string>>;

/** Inputs of CreateFunction beside those for which there are options, and those that calls preclude. */
export type AwsLambdaOptions = Partial<
  Omit<CreateFunctionRequest, keyof typeof owned | keyof typeof unreachable>
>;

/** All of them: what the SDK does not know, it would leave out without a word. */
const known = {
  CodeSigningConfigArn: true,
  DeadLetterConfig: true,
  DurableConfig: true,
  FileSystemConfigs: true,
  KMSKeyArn: true,
  Layers: true,
  LoggingConfig: true,
  Publish: true,
  PublishTo: true,
  SnapStart: true,
  Tags: true,
  TracingConfig: true,
} as const satisfies Required<Record<keyof AwsLambdaOptions, true>>;

/**
 * Refuses what would take the function away from the provider.
 *
 * @param withPackages - Whether the option `packageJson` gives the function a layer of its own.
 * @throws FaastOptionsError that names the proper option.
 */
export function checkLambdaOptions(
  options: Readonly<Record<string, unknown>>,
  { withPackages }: { readonly withPackages: boolean },
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(owned, name)) throw refused(name, `use ${owned[name as keyof typeof owned]}`);
    if (Object.hasOwn(unreachable, name))
      throw refused(name, unreachable[name as keyof typeof unreachable]);
    if (!Object.hasOwn(known, name)) {
      const hint = Object.keys({ ...known, ...owned }).find(
        (each) => each.toLowerCase() === name.toLowerCase(),
      );
      const meant = hint === undefined ? "" : `; ${hint} is meant, perhaps`;
      throw refused(name, `this version knows no such input of Lambda's CreateFunction${meant}`);
    }
  }
  const { Layers, LoggingConfig, Tags } = options as AwsLambdaOptions;
  const most = quotas.layers.value - (withPackages ? 1 : 0);
  if (Layers !== undefined && !(Array.isArray(Layers) && Layers.length <= most)) {
    const beside = withPackages ? ' beside the layer of the option "packageJson"' : "";
    const reason = `Lambda takes a list of at most ${most} ARNs of layer versions${beside}`;
    throw refused("such Layers", reason);
  }
  if (LoggingConfig?.LogGroup !== undefined)
    throw refused("LoggingConfig.LogGroup", "the job makes its own log group, and removes it");
  const own = Object.keys(Tags ?? {}).find((each) => each.startsWith("faast:"));
  if (own !== undefined)
    throw refused(`Tags["${own}"]`, 'tags whose names begin with "faast:" are the job\'s own');
}

function refused(name: string, reason: string): FaastOptionsError {
  return new FaastOptionsError(
    `The option "awsLambdaOptions" of faast("aws") must not have ${name}: ${reason}.`,
  );
}
