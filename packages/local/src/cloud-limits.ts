import { inspect } from "node:util";
import { FaastOptionsError, option, type OptionSpec } from "@faast/core/provider";

/**
 * What a cloud would not let a job do. Each is applied only where it is given.
 *
 * @example
 * ```ts
 * import { faastLocal } from "@faast/local";
 * import * as funcs from "./functions.js";
 * await using m = await faastLocal(funcs, { simulate: { coldStart: 1, ramp: 20, payloadLimit: 6e6 } });
 * ```
 */
export interface CloudLimits {
  /**
   * Seconds that a call may take, a stream's waits for its reader included. A longer `timeout` of the
   * module is refused; a call that has a longer one is ended.
   */
  readonly timeoutLimit?: number;
  /** Bytes that the arguments of a call, its result or an item may have as they travel. */
  readonly payloadLimit?: number;
  /** Seconds by which a fresh worker takes longer to start. */
  readonly coldStart?: number;
  /** Seconds after which a worker without work is ended; a fresh one follows, without its state. */
  readonly idleTime?: number;
  /** Calls that run at once; further ones are throttled, however large `concurrency` is. */
  readonly concurrencyLimit?: number;
  /** Workers that may be started within 10 seconds; calls that need further ones are throttled. */
  readonly ramp?: number;
  /** MB that `memorySize` may be: the least and the most. */
  readonly memorySizes?: readonly [least: number, most: number];
  /** Functions do not see the caller's environment variables; only `env`, and what a system has. */
  readonly ownEnvironment?: boolean;
}

/** Clouds that are known by name. `docs/simulation.md` has the source of each figure. */
const clouds: Readonly<Record<string, CloudLimits>> = {
  aws: {
    // Lambda's 900, less the 10 that `@faast/aws` keeps back for its own answer.
    timeoutLimit: 890,
    coldStart: 0.3,
    idleTime: 300,
    concurrencyLimit: 1000,
    ramp: 1000,
    memorySizes: [128, 10_240],
    ownEnvironment: true,
  },
};

const isPositive = (value: unknown) => typeof value === "number" && value > 0;
const isWhole = (value: unknown) => Number.isInteger(value) && isPositive(value);
const checks: { readonly [K in keyof Required<CloudLimits>]: (value: unknown) => boolean } = {
  timeoutLimit: isPositive,
  payloadLimit: isWhole,
  coldStart: (value) => typeof value === "number" && value >= 0 && value <= 60,
  idleTime: (value) => isPositive(value) && (value as number) <= 2_000_000,
  concurrencyLimit: isWhole,
  ramp: isWhole,
  memorySizes: (value) => Array.isArray(value) && value.length === 2 && value.every(isWhole),
  ownEnvironment: (value) => typeof value === "boolean",
};

function isCloud(value: unknown): boolean {
  if (typeof value === "string") return Object.hasOwn(clouds, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return wrongLimit(value) === undefined;
}

/** What is wrong with the first limit that is. */
function wrongLimit(limits: unknown): string | undefined {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) return undefined;
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, name)) return `${JSON.stringify(name)} is none of them`;
    if (!checks[name as keyof CloudLimits](value))
      return `${JSON.stringify(name)} cannot be ${inspect(value, { depth: 0 })}`;
  }
  return undefined;
}

/** The option `simulate`. */
export const simulateOption: OptionSpec<"aws" | CloudLimits | undefined> = option<
  "aws" | CloudLimits | undefined
>(
  undefined,
  isCloud,
  `"aws", or an object with some of ${Object.keys(checks).join(", ")} (positive numbers; memorySizes: [least, most]; ownEnvironment: true or false)`,
  wrongLimit,
);

/**
 * The limits that are to be applied; undefined if none are.
 *
 * @throws FaastOptionsError if other options exceed them.
 */
export function cloudLimitsOf(options: {
  readonly simulate: "aws" | CloudLimits | undefined;
  readonly memorySize: number;
  readonly timeout: number;
}): CloudLimits | undefined {
  const { simulate, memorySize, timeout } = options;
  const limits = typeof simulate === "string" ? clouds[simulate] : simulate;
  if (limits === undefined) return undefined;
  const { memorySizes: [least, most] = [0, Infinity], timeoutLimit = Infinity } = limits;
  if (timeout > timeoutLimit)
    throw refusal("timeout", timeout, `at most ${timeoutLimit} (seconds)`);
  if (memorySize < least || memorySize > most)
    throw refusal("memorySize", memorySize, `from ${least} to ${most} (MB)`);
  return limits;
}

function refusal(name: string, value: number, expected: string): FaastOptionsError {
  return new FaastOptionsError(
    `The option "${name}" of faast("local") is ${value}, but the simulated cloud takes ${expected}. Change it, or leave the option "simulate" out.`,
  );
}

/** Variables that a process needs of the system that it runs on. */
const systemVariables = ["PATH", "Path", "TMPDIR", "TMP", "TEMP", "SystemRoot", "SYSTEMROOT"];

/** The environment of a function in a cloud, before `env`. */
export function cloudEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const known = systemVariables.filter((name) => environment[name] !== undefined);
  return { ...Object.fromEntries(known.map((name) => [name, environment[name]])), TZ: "UTC" };
}
