import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FaastError, FaastOptionsError } from "../errors.js";
import type { CommonOptions } from "./common-options.js";
import type { Provider } from "../provider/contract.js";
import { isProvider } from "../provider/provider-shape.js";
import { checkOptions } from "./option-check.js";
import { isRecord, option, type OptionTable } from "./option-table.js";

/** What `faast.config.*` exports by default, and `package.json#faast` holds. */
export interface FaastConfig {
  /** The provider of `faast(module)`: a short name, a package, or the provider. Default: `"local"`. */
  provider?: string | Provider<never> | undefined;
  /** Options for `faast(module)`, whichever the provider. */
  options?: CommonOptions;
  /** Further options for each provider, by its name. They prevail over `options`. */
  providerOptions?: Record<string, Record<string, unknown>>;
}

/** A configuration as it was read, and where; undefined if there is none. */
export interface ReadConfig extends Required<FaastConfig> {
  readonly file: string | undefined;
}

/** Gives a configuration its type. */
export function defineConfig(config: FaastConfig): FaastConfig {
  return config;
}

const configTable: OptionTable<FaastConfig> = {
  provider: option(
    undefined,
    (value) => (typeof value === "string" && value !== "") || isProvider(value),
    "the name of a provider, or a provider",
  ),
  options: option({}, isRecord, "an object of options"),
  providerOptions: option(
    {},
    (value) => isRecord(value) && Object.values(value).every(isRecord),
    "an object that holds an object of options for each provider's name",
  ),
};

/** In the order in which they are looked for; a folder has at most one. */
const fileNames = ["ts", "js", "mjs", "json"].map((extension) => `faast.config.${extension}`);

/** Loads a TypeScript file by bundling it first. */
export type ImportSource = (file: string) => Promise<unknown>;

/**
 * Reads the configuration of the folder, or of the nearest one above it that has any.
 *
 * @param importSource - loads TypeScript, where Node cannot.
 * @throws FaastOptionsError naming the file and what is wrong in it.
 */
export async function readConfig(folder: string, importSource: ImportSource): Promise<ReadConfig> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = await configIn(current, importSource);
    if (found !== undefined)
      return { ...checkOptions(configTable, found.config, found.file), file: found.file };
    if (dirname(current) === current)
      return { ...checkOptions(configTable, {}, "faast.config"), file: undefined };
  }
}

async function configIn(
  folder: string,
  importSource: ImportSource,
): Promise<{ file: string; config: unknown } | undefined> {
  for (const name of fileNames) {
    const file = join(folder, name);
    if (existsSync(file)) return { file, config: await load(file, importSource) };
  }
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return undefined;
  const content = await load(manifest, importSource);
  if (!isRecord(content) || content.faast === undefined) return undefined;
  return { file: `${manifest}#faast`, config: content.faast };
}

async function load(file: string, importSource: ImportSource): Promise<unknown> {
  try {
    const extension = extname(file);
    if (extension === ".json") return JSON.parse(await readFile(file, "utf8"));
    const exports: unknown =
      extension === ".ts" ? await importSource(file) : await import(pathToFileURL(file).href);
    const config = defaultExport(exports);
    if (config !== undefined) return config;
    throw new FaastOptionsError(
      `${file} has no default export: export default defineConfig({ … }).`,
    );
  } catch (error) {
    if (error instanceof FaastError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FaastOptionsError(`${file} could not be read: ${reason}`, { cause: error });
  }
}

/** The default export; of a CommonJS file, `module.exports` or its `default`. */
function defaultExport(exports: unknown): unknown {
  const once = (exports as { default?: unknown }).default;
  return isRecord(once) && isRecord(once.default) ? once.default : once;
}
