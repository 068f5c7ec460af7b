import type { Collector } from "@faast/gc";
import { FaastProviderError } from "../errors.js";
import { readConfig } from "../options/config-file.js";
import { importTypeScript } from "../options/config-source.js";
import type { CommonOptions } from "../options/common-options.js";
import type { Provider } from "../provider/contract.js";
import { providerOptions } from "../provider/provider-options.js";
import { loadProvider } from "../provider/provider-resolution.js";
import type { CommandInput, CommandOption } from "./command.js";
import { UsageError } from "./exit-codes.js";

/** A provider of the user's project, and its options by configuration and command line. */
export interface ChosenProvider {
  readonly provider: Provider;
  readonly options: Required<CommonOptions>;
}

/** Options of the commands that look at one provider. */
export const regionOptions: Readonly<Record<string, CommandOption>> = {
  region: { value: "name", short: "r", help: "in that region, where the provider has regions" },
};

/** Options of the commands that look for resources. */
export const scopeOptions: Readonly<Record<string, CommandOption>> = {
  ...regionOptions,
  "all-regions": { help: "in every region" },
  caches: { help: "also what is kept for jobs to come" },
};

/**
 * The provider that the command names.
 *
 * @throws FaastProviderError if it is not installed; UsageError if it has no regions and one is asked for.
 */
export async function chooseProvider(input: CommandInput): Promise<ChosenProvider> {
  const name = input.argument;
  const config = await readConfig(process.cwd(), importTypeScript);
  const configured = config.provider;
  const provider =
    typeof configured === "object" && configured.name === name
      ? configured
      : await loadProvider(name, []);
  const own = config.providerOptions[name] ?? config.providerOptions[provider.name];
  const region = input.values.get("region");
  const hasRegions = Object.hasOwn(provider.options.own, "region");
  if (!hasRegions && (region !== undefined || input.flags.has("all-regions")))
    throw new UsageError(`The provider "${provider.name}" has no regions.`);
  if (region !== undefined && input.flags.has("all-regions"))
    throw new UsageError("--region and --all-regions contradict one another.");
  const given = { ...config.options, ...own };
  const options = providerOptions(provider, given, config.file);
  return {
    provider,
    options: region === undefined ? options : providerOptions(provider, { ...given, region }),
  };
}

/**
 * What finds leftovers of the provider.
 *
 * @throws FaastProviderError if it has none.
 */
export function collectorOf({ provider, options }: ChosenProvider, input: CommandInput): Collector {
  const collector = provider.collector?.(options, {
    allRegions: input.flags.has("all-regions"),
    caches: input.flags.has("caches"),
  });
  if (collector !== undefined) return collector;
  throw new FaastProviderError(
    `The provider "${provider.name}" has no collector of leftovers: it cannot tell what its jobs have left.`,
  );
}
