import {
  booleanOption,
  choiceOption,
  isRecord,
  listOption,
  numberOption,
  option,
  stringOption,
  type OptionTable,
} from "./option-table.js";

/** Files for the archive, where the working directory is not the base of their paths. */
export interface IncludeOption {
  /** A file, a directory or a glob pattern, relative to `cwd`. */
  readonly path: string;
  /** The directory that archive paths are relative to. Default: the current working directory. */
  readonly cwd?: string;
}

/** Options that every provider takes. */
export interface CommonOptions {
  /** Calls that may start at once after a spell with fewer than `rate` allows. Default: 1. */
  burst?: number;
  /** Run the functions in a process of their own, apart from what supervises them. Default: true. */
  childProcess?: boolean;
  /** Heap limit of that process, in MB; 0: what `memorySize` leaves. Default: 0. */
  childProcessMemoryMb?: number;
  /** Calls in flight at most, over all functions; 0: no limit. Default: 100 (`local`: 10). */
  concurrency?: number;
  /** A note for whoever sees the infrastructure. Default: none. */
  description?: string;
  /** Environment variables for the functions. Default: none. */
  env?: Record<string, string>;
  /**
   * Options for esbuild, which bundles the module: `define`, `loader`, `plugins`, `external`, `minify`
   * and so on. Default: none.
   */
  esbuildOptions?: Record<string, unknown>;
  /** What `include` would add, but is to be left out: globs, files, directories. Default: none. */
  exclude?: readonly string[];
  /**
   * Leftovers of earlier jobs: collect them beside the calls at most once an hour (for each account and
   * region), now, or not at all. `"force"` is an error where the provider has no collector.
   * Default: `"auto"`.
   */
  gc?: "auto" | "force" | "off";
  /** Files to add to the archive, at their paths relative to the working directory. Default: none. */
  include?: readonly (string | IncludeOption)[];
  /** Attempts beyond the first, where the infrastructure failed, not the function. Default: 2. */
  maxRetries?: number;
  /** Memory of each worker, in MB. Default: 1024 (`local`: 512). */
  memorySize?: number;
  /** How calls travel, where the provider has a choice. `local` has none. Default: `"auto"`. */
  mode?: "auto" | "https" | "queue";
  /**
   * Functions, by export key, that must not run twice for one call: they have no duplicates as
   * stragglers, and no retries after a failure in which they may have run. Default: none.
   */
  nonIdempotent?: readonly string[];
  /**
   * Dependencies to install where the functions run, instead of bundling them: the path of a
   * `package.json`, or its content. For native add-ons. Default: none.
   */
  packageJson?: string | Record<string, unknown>;
  /** Calls started per second at most, retries included; 0: no limit. Default: 0. */
  rate?: number;
  /**
   * Days that must have passed since leftovers were made before `gc` collects them; 0: none. What has a
   * lease is no leftover, however old. On AWS, also the days that lines are kept in the job's log, which
   * are at least 1, and the next that CloudWatch can. Default: 1.
   */
  retentionInDays?: number;
  /** Gives up the module: cancels every call and `faast()` itself, when it fires. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Run a call a second time, in a place that is free anyway, when it takes this many standard
   * deviations longer than its function's other calls (at least 20 of them, and a second); the first
   * outcome counts. At most 5 % of a function's calls. Never for `nonIdempotent` ones. 0: never.
   * Default: 3.
   */
  speculativeRetryThreshold?: number;
  /** Items of a stream that may be under way before the caller asks for them. Default: 200. */
  streamWindow?: number;
  /**
   * Seconds that a call may run; a stream's wait for its reader does not count, except that it ends after
   * that time if other calls wait for the stream's place. Default: 60.
   */
  timeout?: number;
  /** Reuse installed dependencies of earlier jobs, where the provider can. Default: true. */
  useDependencyCaching?: boolean;
  /** Refuse what would not arrive as it was sent. Default: true. */
  validateSerialization?: boolean;
}

/** Seconds that a timer can hold. */
export const MAX_TIMEOUT = 2_000_000;

/** What is wrong with the first variable that is; its value, which may be a secret, is not told. */
function wrongVariable(variables: unknown): string | undefined {
  for (const [name, value] of isRecord(variables) ? Object.entries(variables) : []) {
    const variable = JSON.stringify(name);
    if (!/^[^=\0]+$/.test(name)) return `${variable} cannot be a name`;
    if (typeof value !== "string")
      return `${variable} is ${value == null ? String(value) : `of type ${typeof value}`}`;
    if (value.includes("\0")) return `${variable} has a NUL`;
  }
  return undefined;
}

const isEnvironment = (value: unknown) => isRecord(value) && wrongVariable(value) === undefined;
const isString = (value: unknown) => typeof value === "string";
const isInclude = (value: unknown) =>
  (typeof value === "string" && value !== "") ||
  (isRecord(value) &&
    typeof value.path === "string" &&
    (value.cwd === undefined || typeof value.cwd === "string") &&
    Object.keys(value).every((key) => key === "path" || key === "cwd"));

/** Defaults and checks of the options that every provider takes. */
export const commonOptionTable: OptionTable<CommonOptions> = {
  burst: numberOption(1, { min: 1, integer: true, unit: "calls" }),
  childProcess: booleanOption(true),
  childProcessMemoryMb: numberOption(0, { min: 0, integer: true, unit: "MB" }),
  concurrency: numberOption(100, { min: 0, max: Infinity, integer: true, unit: "calls in flight" }),
  description: stringOption(""),
  env: option(
    {},
    isEnvironment,
    'an object whose values are strings (no name with "=", nothing with a NUL)',
    wrongVariable,
  ),
  esbuildOptions: option({}, isRecord, "an object of esbuild's options"),
  exclude: listOption(isString, "a list of paths or globs"),
  gc: choiceOption("auto", ["auto", "force", "off"]),
  include: listOption(isInclude, "a list of paths, globs, or { path, cwd } objects"),
  maxRetries: numberOption(2, { min: 0, integer: true, unit: "attempts beyond the first" }),
  memorySize: numberOption(1024, { min: 32, integer: true, unit: "MB" }),
  mode: choiceOption("auto", ["auto", "https", "queue"]),
  nonIdempotent: listOption(isString, "a list of the module's functions"),
  packageJson: option(
    "",
    (value) => typeof value === "string" || isRecord(value),
    "the path of a package.json, or its content as an object",
  ),
  rate: numberOption(0, { min: 0, max: Infinity, unit: "calls per second" }),
  retentionInDays: numberOption(1, { min: 0, unit: "days" }),
  signal: option(
    undefined,
    (value) =>
      value === undefined ||
      (typeof value === "object" && value !== null && "aborted" in value && "onabort" in value),
    "an AbortSignal",
  ),
  speculativeRetryThreshold: numberOption(3, { min: 0, unit: "standard deviations" }),
  streamWindow: numberOption(200, { min: 1, max: 1000, integer: true, unit: "items" }),
  timeout: numberOption(60, { min: 0.001, max: MAX_TIMEOUT, unit: "seconds" }),
  useDependencyCaching: booleanOption(true),
  validateSerialization: booleanOption(true),
};
