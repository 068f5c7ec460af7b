import { FaastProviderError } from "./errors.js";
import type { FaastModule } from "./faast-module.js";
import type { CommonOptions } from "./options/common-options.js";
import { isRecord } from "./options/option-table.js";
import type { Provider } from "./provider/contract.js";
import { isPathLike } from "./provider/provider-name.js";
import { isProvider } from "./provider/provider-shape.js";
import type { UnknownModule } from "./proxy-types.js";
import { startModule, type StartModuleSpec } from "./start-module.js";

/**
 * Options of each provider by its name. A provider package adds its own:
 * `declare module "@faast/core" { interface ProviderOptions { mine: MyOptions } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- made to be augmented
export interface ProviderOptions {}

/** A provider: a short name, the name of a package, or the provider itself. */
export type ProviderName = "local" | "aws" | (string & {});

/** The options that go with a provider. Those of an unknown package are checked when it is loaded. */
export type OptionsOf<P> = P extends keyof ProviderOptions
  ? ProviderOptions[P] & CommonOptions
  : P extends Provider<infer O>
    ? O
    : CommonOptions & Record<string, unknown>;

/**
 * Makes the functions of an ordinary module run elsewhere: in the cloud, or in local processes.
 *
 * @param provider - `"local"`, `"aws"`, the name of any provider package, or a provider.
 * @param module - `import * as module` of an ordinary module, or its path or `file:` URL. With a path
 * or URL, the module itself is not loaded here; give its type as `faast<typeof import("./m.js")>`.
 * @throws FaastProviderError if the provider is not installed; FaastOptionsError for a wrong option;
 * FaastModuleError if the module's file cannot be found; FaastCreateFunctionError if the module cannot
 * be bundled or the infrastructure cannot be created; FaastCancelledError if `signal` fires.
 * @example
 * ```ts
 * import { faast } from "@faast/core";
 * import * as funcs from "./functions.js";
 *
 * const m = await faast("local", funcs);
 * try {
 *   console.log(await m.functions.hello("world"));
 * } finally {
 *   await m.cleanup();
 * }
 * ```
 */
export function faast<
  M extends object = UnknownModule,
  const P extends ProviderName | Provider<never> = string,
>(provider: P, module: URL | string, options?: OptionsOf<P>): Promise<FaastModule<M, OptionsOf<P>>>;
export function faast<const P extends ProviderName | Provider<never>, M extends object>(
  provider: P,
  module: M,
  options?: OptionsOf<P>,
): Promise<FaastModule<M, OptionsOf<P>>>;
/**
 * The same, where the environment variable `FAAST_PROVIDER`, then `faast.config.*` or
 * `package.json#faast`, then `"local"` decides the provider.
 */
export function faast<M extends object = UnknownModule>(
  module: URL | string,
  options?: CommonOptions,
): Promise<FaastModule<M>>;
export function faast<M extends object>(
  module: M,
  options?: CommonOptions,
): Promise<FaastModule<M>>;
export function faast(...args: unknown[]): Promise<unknown> {
  try {
    return startModule({ ...sorted(args), calledAs: faast });
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Tells `faast(provider, module, options)` from `faast(module, options)`. */
function sorted(args: readonly unknown[]): Omit<StartModuleSpec, "calledAs"> {
  const [first, second, third] = args;
  const withProvider = args.length > 2 || (args.length === 2 && !isOptions(second));
  if (withProvider || (typeof first === "string" && !isPathLike(first))) {
    return { provider: providerOf(first, args.length), module: second, options: third };
  }
  return { provider: undefined, module: first, options: second };
}

function providerOf(first: unknown, count: number): string | Provider {
  if (isProvider(first)) return first;
  if (typeof first !== "string" || first === "") {
    throw new FaastProviderError(
      `The first argument of faast() is no provider: it is ${describe(first)}. Give "local", "aws", the name of a provider package, or a provider; or the module alone, for the provider of the configuration.`,
    );
  }
  if (isPathLike(first)) {
    throw new FaastProviderError(
      `The provider "${first}" is a path. Import the provider, and pass it itself: faast(provider, module).`,
    );
  }
  if (count < 2) {
    throw new FaastProviderError(
      `faast("${first}") lacks a module: faast("${first}", module). If "${first}" is the path of a module, write "./${first}".`,
    );
  }
  return first;
}

function describe(value: unknown): string {
  if (value === "") return "an empty string";
  if (value === null || value === undefined) return String(value);
  return typeof value === "object"
    ? "an object without the provider's contract"
    : `a ${typeof value}`;
}

/** Whether the second of two arguments is options, not a module. */
function isOptions(value: unknown): boolean {
  if (value === undefined) return true;
  return isRecord(value) && Object.values(value).every((each) => typeof each !== "function");
}
