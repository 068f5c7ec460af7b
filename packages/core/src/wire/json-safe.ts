import { MAX_DEPTH } from "./format.js";

/** Strings from this length on are cheaper to copy than to escape as JSON and to parse again. */
const LONG_TEXT = 65_536;

/** Whether JSON carries the object exactly: this says no, rather than why not. */
export function isJsonSafe(root: object): boolean {
  return (
    !("toJSON" in Object.prototype) && !("toJSON" in Array.prototype) && isTree(root, new Set(), 0)
  );
}

/** Whether there is nothing below but what JSON knows, every object met once. */
function isTree(value: object, seen: Set<object>, depth: number): boolean {
  const met = seen.size;
  seen.add(value);
  if (seen.size === met || depth > MAX_DEPTH) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) ? prototype !== Array.prototype : prototype !== Object.prototype) {
    return false;
  }
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const children: unknown[] = Object.values(value);
  if (Array.isArray(value) && !isDense(value, children)) return false;
  for (const child of children) {
    if (typeof child === "string") {
      if (child.length >= LONG_TEXT) return false;
    } else if (typeof child === "number") {
      if (!Number.isFinite(child) || Object.is(child, -0)) return false;
    } else if (typeof child === "object") {
      if (child !== null && !isTree(child, seen, depth + 1)) return false;
    } else if (typeof child !== "boolean") {
      return false;
    }
  }
  return true;
}

/**
 * Whether an array owns its elements and nothing else, given its values: those of the elements and of
 * any other property, while a hole has none. It is the only way to see other properties that does not
 * make a string of every index. It takes `undefined` for a hole, which JSON has neither of.
 */
function isDense(array: readonly unknown[], values: readonly unknown[]): boolean {
  return values.length === array.length && !array.includes(undefined);
}
