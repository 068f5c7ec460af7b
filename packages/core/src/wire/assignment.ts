/** The highest index of an array: V8 keeps elements that reach there in a dictionary for good. */
const LAST_INDEX = 2 ** 32 - 2;

/** Sets a property of an object under construction, never an inherited setter. */
export function assign(
  target: object,
  key: string,
  { value, count }: { readonly value: unknown; readonly count: number },
): void {
  // An index far beyond what there is would make V8 allocate all that lies between.
  const first = key.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39 && Number(key) > 16 + 2 * count) useDictionary(target);
  // "__proto__" is the best known of the names that are there before they are set.
  if (key in target) define(target, key, { value, enumerable: true });
  else (target as Record<string, unknown>)[key] = value;
}

/** Defines a property, whatever is inherited under its name. */
export function define(
  target: object,
  key: string,
  { value, enumerable }: { readonly value: unknown; readonly enumerable: boolean },
): void {
  Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true });
}

/** Makes an object keep its elements, however far apart, in memory proportional to their number. */
export function useDictionary(target: object): void {
  const elements = target as Record<number, unknown>;
  if (LAST_INDEX in elements) return;
  elements[LAST_INDEX] = 0;
  delete elements[LAST_INDEX];
}
