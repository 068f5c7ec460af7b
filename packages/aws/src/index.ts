/**
 * The AWS provider: functions in AWS Lambda.
 *
 * @packageDocumentation
 */
import type { FaastModule, UnknownModule } from "@faast/core";
import { startModule } from "@faast/core/provider";
import type { AwsLambdaOptions } from "./aws-lambda-options.js";
import type { AwsOptions, AwsVpc } from "./aws-options.js";
import { provider } from "./provider.js";

export { provider };
export type { AwsLambdaOptions, AwsOptions, AwsVpc };
export { callerPolicy, type CallerPolicyOptions } from "./policy/caller-policy.js";
export { collectionPolicy, roleCollectionPolicy } from "./policy/collection-policy.js";
export { executionPolicy, type ExecutionPolicyOptions } from "./policy/execution-policy.js";
export type { PolicyDocument, PolicyScope, PolicyStatement } from "./policy/policy-document.js";

/** A module whose functions run in AWS Lambda. */
export type AwsFaastModule<M extends object> = FaastModule<M, AwsOptions>;

/**
 * `faast("aws", module, options)` under a name of its own.
 *
 * @example
 * ```ts
 * import { faastAws } from "@faast/aws";
 * import * as funcs from "./functions.js";
 *
 * await using m = await faastAws(funcs, { region: "us-east-1" });
 * console.log(await m.functions.hello("world"));
 * ```
 */
export function faastAws<M extends object = UnknownModule>(
  module: URL | string,
  options?: AwsOptions,
): Promise<AwsFaastModule<M>>;
export function faastAws<M extends object>(
  module: M,
  options?: AwsOptions,
): Promise<AwsFaastModule<M>>;
export function faastAws(module: unknown, options?: AwsOptions): Promise<FaastModule<object>> {
  return startModule({ provider, module, options, calledAs: faastAws });
}
