import { inspect, isDeepStrictEqual } from "node:util";

/** Differences named at most: more help nobody. */
const SHOWN = 10;

/**
 * Says where two values differ, down to the place: `languages.JSON.words: 12, but 13`. Looks into
 * objects, lists and maps; the order of a map's keys is no difference.
 */
export function differences(a: unknown, b: unknown, place = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const [left, right] = [parts(a), parts(b)];
  if (left === undefined || right === undefined) {
    return [`${place}: ${inspect(a)}, but ${inspect(b)}`];
  }
  const found: string[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    if (found.length >= SHOWN) break;
    const inner = place === "" ? key : `${place}.${key}`;
    found.push(...differences(left.get(key), right.get(key), inner));
  }
  return found.slice(0, SHOWN);
}

function parts(value: unknown): Map<string, unknown> | undefined {
  if (value instanceof Map) return value as Map<string, unknown>;
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value));
}
