import leven from "leven";
import { FaastOptionsError } from "../errors.js";
import { isRecord, show, type OptionTable } from "./option-table.js";

/** Options of the predecessor that have another name here: what to say to those who still use them. */
const formerOptions: Readonly<Record<string, string>> = {
  webpackOptions:
    'Modules are bundled by esbuild now: use "esbuildOptions" (see docs/migration.md, "Bundling").',
  debugOptions: 'It is gone without a replacement (see docs/migration.md, "Options").',
};

/**
 * Checks options against their table and fills in the defaults.
 *
 * @param where - what the options belong to, for the message: `faast()`, `cleanup()`.
 * @throws FaastOptionsError naming the option that is unknown, of the wrong type or out of range.
 */
export function checkOptions<O extends object>(
  table: OptionTable<O>,
  given: unknown,
  where: string,
): Required<O> {
  const values: Record<string, unknown> = {};
  const specs = table as OptionTable<Record<string, unknown>>;
  for (const [name, spec] of Object.entries(specs)) values[name] = spec.default;
  if (given === undefined) return values as Required<O>;
  if (!isRecord(given)) {
    throw new FaastOptionsError(`The options of ${where} must be an object, not ${show(given)}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined)
      throw new FaastOptionsError(unknownOption(name, Object.keys(specs), where));
    if (value === undefined) continue; // the same as not given
    const expected = spec.expected(value);
    if (expected !== undefined) {
      const part = spec.wrongPart?.(value);
      const fault = part === undefined ? `, not ${instead(value, expected)}` : `: ${part}`;
      throw new FaastOptionsError(`The option "${name}" of ${where} must be ${expected}${fault}.`);
    }
    values[name] = value;
  }
  return values as Required<O>;
}

function unknownOption(name: string, known: readonly string[], where: string): string {
  const former = Object.hasOwn(formerOptions, name) ? formerOptions[name] : undefined;
  if (former !== undefined) return `The option "${name}" of ${where} is no longer known. ${former}`;
  return `The option "${name}" of ${where} is unknown.${suggestion(name, known)}`;
}

/** " Did you mean …?" with the nearest of the known names, if one is near; else all of a few. */
export function suggestion(name: string, known: readonly string[]): string {
  const [nearest] = [...known].sort(
    (a, b) => distance(name, a) - distance(name, b) || a.localeCompare(b),
  );
  if (nearest === undefined) return "";
  if (isNear(name, nearest)) return ` Did you mean "${nearest}"?`;
  return known.length > MANY ? "" : ` There are: ${[...known].sort().join(", ")}.`;
}

/** Names that nobody reads in an error. */
const MANY = 30;

/** Whether one may be a slip of the pen for the other: a third of it differs, or it is a part. */
function isNear(name: string, known: string): boolean {
  const [a, b] = [name.toLowerCase(), known.toLowerCase()];
  if (a.length >= 3 && (b.startsWith(a) || a.startsWith(b))) return true;
  return leven(a, b) <= Math.max(1, Math.floor(Math.max(a.length, b.length) / 3));
}

function distance(a: string, b: string): number {
  return leven(a.toLowerCase(), b.toLowerCase());
}

/** What was given where something else was expected, though perhaps of the same type. */
function instead(value: unknown, expected: string): string {
  if (Array.isArray(value) && /^a list\b/.test(expected)) return "this list";
  if (isRecord(value) && /^(an object\b|\{)/.test(expected)) return "this object";
  return show(value);
}
