import { MAX_DEPTH } from "./format.js";

/** Strings from this length on are cheaper to copy than to escape as JSON and to parse again. */
const LONG_TEXT = 65_536;

/** Elements from which an array may be the rows of a table. */
export const ROWS = 16;

/** What is learnt of a value on the way through it. */
class Walk {
  readonly seen = new Set<object>();
  /** There is an array that may be the rows of a table. */
  hasRows = false;
}

/**
 * Whether JSON carries the object exactly: this says no, rather than why not. If it does, "rows" says that
 * it is worth looking for tables in it.
 */
export function jsonFitness(root: object): "none" | "plain" | "rows" {
  const walk = new Walk();
  if (!isTree(root, walk, 0)) return "none";
  return walk.hasRows ? "rows" : "plain";
}

/** Whether there is nothing below but what JSON knows, every object met once. */
function isTree(value: object, walk: Walk, depth: number): boolean {
  const { seen } = walk;
  const met = seen.size;
  seen.add(value);
  if (seen.size === met || depth > MAX_DEPTH) return false;
  // Even one that is not enumerable: JSON.stringify would call it.
  if ("toJSON" in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype !== Array.prototype || hasMore(value)) return false;
    if (value.length >= ROWS && typeof value[0] === "object") walk.hasRows = true;
    for (let index = 0; index < value.length; index++) {
      if (!isSafe(value[index], walk, depth)) return false;
    }
  } else {
    if (prototype !== Object.prototype) return false;
    // The fastest of all ways; should it find anything inherited, that is only looked at as well.
    for (const key in value) {
      if (!isSafe((value as Record<string, unknown>)[key], walk, depth)) return false;
    }
  }
  return Object.getOwnPropertySymbols(value).length === 0;
}

function isSafe(value: unknown, walk: Walk, depth: number): boolean {
  if (typeof value === "string") return value.length < LONG_TEXT;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value === "object") return value === null || isTree(value, walk, depth + 1);
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
