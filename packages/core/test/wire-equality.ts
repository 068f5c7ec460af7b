import { types } from "node:util";

/**
 * What differs between two values, as a path; undefined if they are the same in every respect that
 * the codec promises: prototypes, holes, -0, identities, and what of an error is enumerable.
 */
export function difference(left: unknown, right: unknown): string | undefined {
  return new Comparison().differs(left, right, "value");
}

class Comparison {
  /** Which object on the right plays the part of which on the left, and the other way round. */
  readonly #pairs = new Map<object, object>();
  readonly #back = new Map<object, object>();

  differs(left: unknown, right: unknown, path: string): string | undefined {
    if (!isObject(left) || !isObject(right)) return Object.is(left, right) ? undefined : path;
    if (this.#pairs.has(left) || this.#back.has(right)) {
      return this.#pairs.get(left) === right && this.#back.get(right) === left
        ? undefined
        : `${path} (identity)`;
    }
    this.#pairs.set(left, right);
    this.#back.set(right, left);
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path} (prototype)`;
    return (
      this.#contents(left, right, path) ??
      (ArrayBuffer.isView(left) ? undefined : this.#properties(left, right, path))
    );
  }

  #contents(left: object, right: object, path: string): string | undefined {
    if (types.isNativeError(left) !== types.isNativeError(right)) return `${path} (error)`;
    if (left instanceof Map && right instanceof Map)
      return this.#lists([...left], [...right], path);
    if (left instanceof Set && right instanceof Set)
      return this.#lists([...left], [...right], path);
    if (left instanceof Date && right instanceof Date) {
      return this.differs(left.getTime(), right.getTime(), `${path}.getTime()`);
    }
    for (const type of [RegExp, URL, DOMException]) {
      if (left instanceof type && right instanceof type && String(left) !== String(right)) {
        return path;
      }
    }
    if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) {
      return `${path}.length`;
    }
    if (types.isAnyArrayBuffer(left) && types.isAnyArrayBuffer(right)) {
      return Buffer.from(left).equals(Buffer.from(right)) ? undefined : `${path} (bytes)`;
    }
    if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) {
      return bytes(left).equals(bytes(right)) ? undefined : `${path} (bytes)`;
    }
    return undefined;
  }

  #lists(left: unknown[], right: unknown[], path: string): string | undefined {
    if (left.length !== right.length) return `${path} (size)`;
    for (const [index, item] of left.entries()) {
      const other = right[index];
      const found =
        Array.isArray(item) && Array.isArray(other) && item.length === 2 && other.length === 2
          ? (this.differs(item[0], other[0], `${path}[${index}][0]`) ??
            this.differs(item[1], other[1], `${path}[${index}][1]`))
          : this.differs(item, other, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #properties(left: object, right: object, path: string): string | undefined {
    const keys = ownKeys(left);
    const others = ownKeys(right);
    if (keys.join() !== others.join()) return `${path} (keys: ${keys.join()} / ${others.join()})`;
    for (const key of keys) {
      const found = this.differs(
        (left as Record<string, unknown>)[key],
        (right as Record<string, unknown>)[key],
        `${path}.${key}`,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Names of properties in their order; of errors, those that are not enumerable too, but sorted. */
function ownKeys(value: object): string[] {
  const hidden = types.isNativeError(value)
    ? Object.getOwnPropertyNames(value).filter((key) => !Object.keys(value).includes(key))
    : [];
  return [...hidden.sort(), ...Object.keys(value)];
}

function bytes(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
