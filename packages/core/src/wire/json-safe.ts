import { MAX_DEPTH } from "./format.js";

/** Strings from this length on are cheaper to copy than to escape as JSON and to parse again. */
const LONG_TEXT = 65_536;

/** Whether JSON carries the object exactly: this says no, rather than why not. */
export function isJsonSafe(root: object): boolean {
  return isTree(root, new Set(), 0);
}

/** Whether there is nothing below but what JSON knows, every object met once. */
function isTree(value: object, seen: Set<object>, depth: number): boolean {
  const met = seen.size;
  seen.add(value);
  if (seen.size === met || depth > MAX_DEPTH) return false;
  // Even one that is not enumerable: JSON.stringify would call it.
  if ("toJSON" in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype !== Array.prototype || hasMore(value)) return false;
    for (let index = 0; index < value.length; index++) {
      if (!isSafe(value[index], seen, depth)) return false;
    }
  } else {
    if (prototype !== Object.prototype) return false;
    // The fastest of all ways; should it find anything inherited, that is only looked at as well.
    for (const key in value) {
      if (!isSafe((value as Record<string, unknown>)[key], seen, depth)) return false;
    }
  }
  return Object.getOwnPropertySymbols(value).length === 0;
}

function isSafe(value: unknown, seen: Set<object>, depth: number): boolean {
  if (typeof value === "string") return value.length < LONG_TEXT;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === "object") return value === null || isTree(value, seen, depth + 1);
  return typeof value === "boolean";
}

/**
 * Whether an array has more properties than elements. Asking for the values is the only way to know
 * that does not make a string of every index. It does not see a property that takes the place of a
 * hole; but a hole is read as `undefined`, which is not safe anyway.
 */
function hasMore(array: readonly unknown[]): boolean {
  return Object.values(array).length !== array.length;
}
