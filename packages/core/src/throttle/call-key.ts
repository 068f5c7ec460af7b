import { FaastSerializationError } from "../errors.js";
import { lateCrypto } from "../late-builtins.js";
import { decode, encode, WireError } from "../wire/index.js";

/**
 * A key that two calls share if their arguments are equal: as they would be after a journey over the
 * wire, except that the order of an object's properties does not matter.
 *
 * @throws FaastSerializationError if an argument cannot be told from others, since it cannot travel.
 */
export function callKey(functionName: string, args: readonly unknown[]): string {
  let bytes: Uint8Array;
  try {
    bytes = encode(args, { root: "args" });
    // What is decoded is ours to reorder, free of getters, and made of this realm's objects.
    if (args.some(isObject)) bytes = encode(sorted(decode(bytes), new Set()));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new FaastSerializationError(
      `${functionName}: its results cannot be memoized or cached, since an argument cannot be serialized: ${error.message}`,
      { functionName, cause: error },
    );
  }
  return lateCrypto()
    .createHash("sha256")
    .update(functionName)
    .update("\0")
    .update(bytes)
    .digest("hex");
}

/** The value, with the properties of every plain object in it put in order, in place. */
function sorted(value: unknown, seen: Set<object>): unknown {
  if (!isObject(value) || ArrayBuffer.isView(value) || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Map) {
    for (const [key, item] of value) {
      sorted(key, seen);
      sorted(item, seen);
    }
  } else if (value instanceof Set) {
    for (const item of value) sorted(item, seen);
  } else if (Array.isArray(value)) {
    for (const item of value) sorted(item, seen);
  } else {
    const keys = Object.keys(value).sort();
    const entries = keys.map((key) => Object.getOwnPropertyDescriptor(value, key)!);
    for (const key of keys) Reflect.deleteProperty(value, key);
    keys.forEach((key, index) => Object.defineProperty(value, key, entries[index]!));
    for (const { value: item } of entries) sorted(item, seen);
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
