import assert from "node:assert/strict";

/** A user's error class, as the far side knows it; on this side it arrives as its nearest built-in. */
export class OrderError extends RangeError {
  override readonly name = "OrderError";
  readonly order: number;
  constructor(order: number) {
    super(`order ${order} is out of range`);
    this.order = order;
  }
}

/** Values of every kind that travels, by a name that says what is special about them. */
export function sampleValues(): Record<string, unknown> {
  const shared = { of: "two places" };
  const cycle: { self?: unknown; list: unknown[] } = { list: [] };
  cycle.self = cycle;
  cycle.list.push(cycle);
  const buffer = new ArrayBuffer(16);
  let deep: unknown = "the bottom";
  for (let i = 0; i < 500; i++) deep = [deep];
  return {
    null: null,
    undefined: undefined,
    booleans: [true, false],
    numbers: [0, -0, 1.5, -1e300, 2 ** 53, NaN, Infinity, -Infinity, 5e-324],
    bigints: [0n, -1n, 2n ** 200n, -(2n ** 64n)],
    text: ["", "ascii", "ünï ☃ 😀", "a\u0000b", "\ud800", "x".repeat(70_000)],
    "holes, not undefined": [1, , 3, ,],
    "undefined, not holes": [undefined, 1, undefined],
    "undefined properties": { a: undefined, b: { c: undefined } },
    "no prototype": Object.assign(Object.create(null) as object, { a: 1 }),
    "odd keys": JSON.parse(
      '{"__proto__": 1, "constructor": 2, "toJSON": 3, "": 4, "0": 5}',
    ) as unknown,
    dates: [new Date(0), new Date(8.64e15)],
    "no date": new Date(NaN),
    patterns: [/a+/giu, /\//s],
    addresses: new URL("https://user@example.com:8080/a%20b?c=d#e"),
    maps: new Map<unknown, unknown>([
      ["k", new Map([[NaN, -0]])],
      [{ key: "object" }, undefined],
    ]),
    sets: new Set<unknown>([1, "1", 1n, new Set([null])]),
    bytes: [Buffer.from("bytes"), new Uint8Array([1, 2, 3]), new Uint8Array()],
    "typed arrays": [
      new Int8Array([-1]),
      new Uint8ClampedArray([255]),
      new Int16Array([-2]),
      new Uint16Array([65_535]),
      new Int32Array([-3]),
      new Uint32Array([2 ** 32 - 1]),
      new Float32Array([1.5, NaN]),
      new Float64Array([-0, Infinity]),
      new BigInt64Array([-1n]),
      new BigUint64Array([2n ** 64n - 1n]),
    ],
    "views of one buffer": [new Uint8Array(buffer, 4, 4), new DataView(buffer, 8), buffer],
    "shared references": [shared, shared],
    cycles: cycle,
    depth: deep,
  };
}

/**
 * Holds that sample values are what they were: kinds, values, holes, `-0`, which references are shared.
 *
 * @throws AssertionError with the name of the value that is not.
 */
export function assertSampleValues(actual: Record<string, unknown>): void {
  const expected = sampleValues();
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(comparable(actual[name]), comparable(value), `not as it was sent: ${name}`);
  }
  const [one, other] = actual["shared references"] as [unknown, unknown];
  assert.equal(one, other, "shared references have become copies");
  const holes = actual["holes, not undefined"] as unknown[];
  assert.deepEqual([1 in holes, 3 in holes, holes.length], [false, false, 4]);
}

/** What `deepEqual` does not look into, as what it does. */
function comparable(value: unknown): unknown {
  if (value instanceof URL) return ["an address", value.href];
  if (value instanceof Date && Number.isNaN(value.valueOf())) return "no date";
  return value;
}

/** Errors that a function may throw or return, each made anew. */
export function sampleErrors(): Record<string, Error> {
  return {
    TypeError: Object.assign(new TypeError("a type"), { status: 418, at: { path: ["a", 1] } }),
    RangeError: new RangeError("a range", { cause: new SyntaxError("a cause", { cause: "deep" }) }),
    Error: new Error("plain"),
    AggregateError: new AggregateError([new TypeError("first"), "second"], "several"),
    OrderError: new OrderError(7),
  };
}
