import { FaastOptionsError, FaastProviderError } from "../errors.js";
import { commonOptionTable, type CommonOptions } from "../options/common-options.js";
import { checkOptions } from "../options/option-check.js";
import { isRecord, type OptionSpec, type OptionTable } from "../options/option-table.js";
import type { Provider } from "./contract.js";

type Specs = Record<string, OptionSpec<unknown>>;

/**
 * All options of a job: what was given, and the provider's defaults.
 *
 * @param file - the configuration that they are from, for the message.
 * @throws FaastOptionsError naming the option that is unknown, wrong, or not available with the provider;
 * FaastProviderError if the provider's own table is at fault.
 */
export function providerOptions(
  provider: Provider,
  given: unknown,
  file?: string,
): Required<CommonOptions> {
  const where = `faast("${provider.name}")${file === undefined ? "" : ` in ${file}`}`;
  const table = tableOf(provider);
  const options = checkOptions(table as unknown as OptionTable<CommonOptions>, given, where);
  for (const name of provider.options.unsupported ?? []) {
    const value = isRecord(given) ? given[name] : undefined;
    if (value === undefined || value === table[name]?.default) continue;
    throw new FaastOptionsError(`The option "${name}" is not available with ${where}.`);
  }
  if (options.gc === "force" && provider.collector === undefined) {
    throw new FaastOptionsError(
      `The option "gc" of ${where} cannot be "force": this provider has no collector of leftovers. Use "auto" or "off".`,
    );
  }
  return options;
}

/** The common options and the provider's own, with the provider's defaults. */
function tableOf({ name: provider, options }: Provider): Specs {
  const { defaults, own } = options;
  if (!isRecord(defaults) || !isRecord(own)) {
    throw new FaastProviderError(
      `The provider "${provider}" does not keep its contract: its \`options\` must have \`defaults\` and \`own\`, both objects (see docs/providers.md).`,
    );
  }
  const table: Specs = { ...commonOptionTable, ...own };
  for (const [name, value] of Object.entries(defaults)) {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    const fault = spec === undefined ? "a known option" : spec.expected(value);
    if (spec === undefined || fault !== undefined) {
      throw new FaastProviderError(
        `The provider "${provider}" does not keep its contract: its default for the option "${name}" must be ${fault}.`,
      );
    }
    table[name] = { ...spec, default: value };
  }
  return table;
}
