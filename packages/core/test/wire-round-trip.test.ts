import { difference } from "./wire-equality.ts";
import { decode, encode } from "./wire-codec.ts";

const there = <T>(value: T): T => decode(encode(value)) as T;

function survives(value: unknown): void {
  expect(difference(value, there(value))).toBeUndefined();
}

describe("values arrive as they were sent", () => {
  const cycle: { self?: unknown; list: unknown[] } = { list: [] };
  cycle.self = cycle;
  cycle.list.push(cycle.list, cycle);
  const shared = { a: 1 };
  const map = new Map<unknown, unknown>([["k", new Map([[1, new Set([undefined, -0])]])]]);
  map.set(map, map);
  const global = /a+/gi;
  global.lastIndex = 3;
  const extra = Object.assign([1, undefined, 3], { note: "x", "0x": true });
  const holes: unknown[] = [];
  holes[3] = undefined;
  holes.length = 6;
  const swapped = Object.assign([1, 2, 3], { one: 1 });
  Reflect.deleteProperty(swapped, 1); // as many values as elements

  test.each<[string, unknown]>([
    ["a plain object", { a: [1, "two", null, true, { b: 2.5 }] }],
    ["undefined", undefined],
    ["undefined properties", { a: undefined, b: 1 }],
    ["undefined in an array", [1, undefined]],
    ["numbers", [0, -0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308, 5e-324]],
    ["NaN and infinities", [NaN, Infinity, -Infinity]],
    ["bigints", [0n, 1n, -1n, 2n ** 64n, -(2n ** 200n) + 1n]],
    ["dates", [new Date(0), new Date(-1), new Date(NaN), new Date(8.64e15)]],
    ["regular expressions", [/x/, global, /\/\n/u, new RegExp(""), new RegExp("\n")]],
    ["URLs", [new URL("https://example.com/a?b=c#d")]],
    ["Maps and Sets", [map, new Set([map, new Set()])]],
    ["a Buffer", Buffer.from("abc")],
    ["an ArrayBuffer", new Uint8Array([1, 2, 3]).buffer],
    ["a DataView", new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
    ["holes", holes],
    ["holes and properties, as many of one as of the other", swapped],
    ["an array with properties", [extra, /b(?<n>c)/.exec("abcd")]],
    ["an array of nothing but length", new Array(4_294_967_295)],
    ["an object without prototype", Object.assign(Object.create(null), { a: 1, __proto__: 2 })],
    ["a property named __proto__", [JSON.parse('{"__proto__":{"a":1}}'), new Date(0)]],
    ["a property named __proto__, as JSON", JSON.parse('{"__proto__":{"a":1}}')],
    ["names that every object has", [{ constructor: 1, toString: 2 }, new Date(0)]],
    ["properties that look like indices", [{ 4294967294: 1, 7: 2, "01": 3, "-1": 4 }, 0n]],
    ["a property named toJSON", { toJSON: 1 }],
    ["a cycle", cycle],
    ["shared references", [shared, { shared }, shared]],
    ["lone surrogates", ["\ud800", "a\udc00b", { "\udfff": 1 }]],
    ["lone surrogates, in binary", [0n, "\ud800", "a\udc00b".repeat(50), { "\udfff": 1 }]],
    ["texts of all lengths", [0n, "", "é", "x".repeat(41), "汉字", "😀".repeat(99), "\ufeffbom"]],
    ["JSON texts of all lengths", ["", "é", "x".repeat(99), "\ufeffbom", '\\"[{'.repeat(9_999)]],
    ["a long text", ["y".repeat(100_000), "é".repeat(100_000)]],
    [
      "bytes between other things",
      ["a", new Uint8Array(5_000).fill(1), "b", Buffer.alloc(9_000, 2)],
    ],
  ])("%s", (_, value) => survives(value));

  test.each([
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ])("%p", (View) => {
    survives(View.from([0, 1, 200, 3.5, -1, NaN]));
    survives(["moves what follows", new View(3), new View(0)]);
  });

  test.each([BigInt64Array, BigUint64Array])("%p", (View) => {
    survives(View.from([0n, 1n, 2n ** 63n - 1n]));
  });

  const Float16 = (globalThis as { Float16Array?: Float32ArrayConstructor }).Float16Array;
  (Float16 === undefined ? test.skip : test)("Float16Array", () => {
    survives(Float16!.from([0, 1.5, -2]));
  });

  test("1,000 levels inside of a list of arguments", () => {
    let plain: unknown[] = [];
    let binary: unknown[] = [0n];
    for (let level = 1; level < 1_000; level++) {
      plain = [plain];
      binary = [binary];
    }
    survives([plain]);
    survives([binary]);
  });
});

describe("what arrives stands alone", () => {
  test("a view takes its own bytes along, not the rest of its buffer", () => {
    const pool = new Uint8Array(100_000);
    const bytes = encode(pool.subarray(10, 20));
    expect(bytes.length).toBeLessThan(20);
    expect((decode(bytes) as Uint8Array).buffer.byteLength).toBe(10);
  });

  test("1 MiB of bytes is 1 MiB and a few bytes", () => {
    const size = encode([new Uint8Array(2 ** 20)]).length;
    expect(size - 2 ** 20).toBeLessThan(16);
  });

  test("later changes on one side are not seen on the other", () => {
    const value = new Uint8Array(10_000);
    const bytes = encode(value);
    value.fill(1);
    const decoded = decode(bytes) as Uint8Array;
    bytes.fill(2);
    expect(decoded.every((byte) => byte === 0)).toBe(true);
  });

  test("bytes are decoded from any position of a larger buffer", () => {
    const bytes = encode([new Float64Array([1, 2]), "x"]);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(difference([new Float64Array([1, 2]), "x"], decode(larger.subarray(3)))).toBeUndefined();
  });

  test("a getter arrives as data", () => {
    expect(there({ get now() { return 1; } })).toEqual({ now: 1 }); // prettier-ignore
  });

  test("encoding from within a getter does no harm", () => {
    const inner = ["inner", 0n];
    const outer = { a: 0n, get b() { return encode(inner); }, c: "c".repeat(9) }; // prettier-ignore
    const decoded = there(outer);
    expect(decoded.c).toBe("ccccccccc");
    expect(decode(decoded.b)).toEqual(inner);
  });

  test("a method named toJSON that is not enumerable is not called", () => {
    const value = [Object.defineProperty({ a: 1 }, "toJSON", { value: () => "wrong" })];
    expect(there(value)).toEqual([{ a: 1 }]);
    const list = Object.defineProperty([1], "toJSON", { value: () => "wrong" });
    expect(there({ list })).toEqual({ list: [1] });
  });

  test("a method named toJSON on every object is not taken for data", () => {
    const prototype = Array.prototype as { toJSON?: unknown };
    prototype.toJSON = () => "wrong";
    try {
      expect(there({ a: [1] })).toEqual({ a: [1] });
    } finally {
      delete prototype.toJSON;
    }
  });
});

describe("versions", () => {
  test("the first byte is the version", () => {
    expect(encode([1])[0]).toBe(1);
    expect(encode(undefined)[0]).toBe(1);
  });

  test("a reader of another version is refused, naming both", () => {
    expect(() => encode(1, { version: 2 })).toThrow(/version 2.*version 1/);
  });

  test("a document of another version is refused, naming both", () => {
    const bytes = encode(1);
    bytes[0] = 9;
    expect(() => decode(bytes)).toThrow(/version 9.*version 1/);
  });
});
