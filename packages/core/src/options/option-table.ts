/** How one option is described: its default, and what is wrong with a value, if anything. */
export interface OptionSpec<T> {
  readonly default: T;
  /** Says what was expected instead, for a sentence "must be …"; undefined if the value is right. */
  readonly expected: (value: unknown) => string | undefined;
  /** Of a value with parts that is not right: which part is wrong, and in what; undefined if it is the whole. */
  readonly wrongPart?: ((value: unknown) => string | undefined) | undefined;
}

/** Specifications of all options of a type. */
export type OptionTable<O> = { readonly [K in keyof O]-?: OptionSpec<O[K]> };

/**
 * Makes a specification. `check` is true of right values; `expected` completes "must be …", and `wrongPart`,
 * of a value with parts, says which of them is wrong.
 */
export function option<T>(
  defaultValue: T,
  check: (value: unknown) => boolean,
  expected: string,
  wrongPart?: (value: unknown) => string | undefined,
): OptionSpec<T> {
  return {
    default: defaultValue,
    expected: (value) => (check(value) ? undefined : expected),
    wrongPart,
  };
}

/** A list whose items pass a check. */
export function listOption<T>(
  check: (item: unknown) => boolean,
  expected: string,
): OptionSpec<readonly T[]> {
  return option<readonly T[]>(
    [],
    (value) => Array.isArray(value) && value.every(check),
    expected,
    (value) => {
      if (!Array.isArray(value)) return undefined;
      const index = value.findIndex((item) => !check(item));
      return `[${index}] is ${show(value[index])}`;
    },
  );
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

/** A value in a message: its type, and itself only where it is short and harmless. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value == null)
    return String(value);
  if (typeof value === "string")
    return value.length <= 40 ? JSON.stringify(value) : "a longer string";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
