/** How one option is described: its default, and what is wrong with a value, if anything. */
export interface OptionSpec<T> {
  readonly default: T;
  /** Says what was expected instead, for a sentence "must be …"; undefined if the value is right. */
  readonly expected: (value: unknown) => string | undefined;
}

/** Specifications of all options of a type. */
export type OptionTable<O> = { readonly [K in keyof O]-?: OptionSpec<O[K]> };

/** Makes a specification. `check` is true of right values; `expected` completes "must be …". */
export function option<T>(
  defaultValue: T,
  check: (value: unknown) => boolean,
  expected: string,
): OptionSpec<T> {
  return { default: defaultValue, expected: (value) => (check(value) ? undefined : expected) };
}

/** A number in a range; `Infinity` only where `max` allows it. */
export function numberOption(
  defaultValue: number,
  range: { min: number; max?: number; integer?: boolean; unit?: string },
): OptionSpec<number> {
  const { min, max = Number.MAX_SAFE_INTEGER, integer = false, unit } = range;
  const kind = integer ? "a whole number" : "a number";
  const bounds = max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const check = (value: unknown) =>
    typeof value === "number" &&
    value >= min &&
    value <= max &&
    (!integer || Number.isInteger(value) || value === Infinity);
  return option(defaultValue, check, `${kind} ${bounds}${unit === undefined ? "" : ` (${unit})`}`);
}

export function booleanOption(defaultValue: boolean): OptionSpec<boolean> {
  return option(defaultValue, (value) => typeof value === "boolean", "true or false");
}

export function stringOption(defaultValue: string): OptionSpec<string> {
  return option(defaultValue, (value) => typeof value === "string", "a string");
}

/** One of a few strings. */
export function choiceOption<const T extends string>(
  defaultValue: NoInfer<T>,
  choices: readonly T[],
): OptionSpec<T> {
  return option<T>(
    defaultValue,
    (value) => (choices as readonly unknown[]).includes(value),
    `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
  );
}

/** Whether a value is an object made of braces (or of JSON), not an array or an instance of a class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (Object.prototype.toString.call(value) !== "[object Object]") return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Of this realm or of another: a prototype without one of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
