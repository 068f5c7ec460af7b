import { createContext, runInContext } from "node:vm";
import { difference } from "./wire-equality.ts";
import { decode, encode } from "./wire-codec.ts";

const context = createContext({ URL, Buffer });
const foreign = (source: string): unknown => runInContext(`(${source})`, context);

describe("values of another realm", () => {
  test.each<[string, unknown]>([
    ["{ a: [1, { b: undefined }] }", { a: [1, { b: undefined }] }],
    ["[1, , 3]", [1, , 3]],
    ["new Map([[1, new Set([2])]])", new Map([[1, new Set([2])]])],
    ["new Date(5)", new Date(5)],
    ["/a/g", /a/g],
    ["new Uint8Array([1, 2])", new Uint8Array([1, 2])],
    ["new Float64Array([1, 2])", new Float64Array([1, 2])],
    ["new Uint8Array([1, 2]).buffer", new Uint8Array([1, 2]).buffer],
    ["new DataView(new ArrayBuffer(2))", new DataView(new ArrayBuffer(2))],
    ["Object.create(null)", Object.create(null)],
    ["new URL('a:b')", new URL("a:b")],
    ["Buffer.from('abc')", Buffer.from("abc")],
  ])("%s arrives as one of this realm", (source, expected) => {
    expect(difference(expected, decode(encode(foreign(source))))).toBeUndefined();
  });

  test("an error arrives as one of this realm, with its class", () => {
    const arrived = decode(
      encode(foreign("Object.assign(new TypeError('m', { cause: 1 }), { code: 'E' })")),
    );
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived).toMatchObject({ message: "m", cause: 1, code: "E" });
  });

  test.each([
    ["new (class Point {})()", /instance of Point/],
    ["new (class Registry extends Map {})()", /instance of Registry, which extends Map/],
    ["new (class List extends Array {})()", /instance of List, which extends Array/],
    ["Promise.resolve()", /instance of Promise/],
    ["() => 1", /a function/],
  ])("%s is refused", (source, reason) => {
    expect(() => encode(foreign(source))).toThrow(reason);
  });
});

describe("proxies", () => {
  test("are what they look like", () => {
    expect(decode(encode(new Proxy({ a: 1 }, {})))).toStrictEqual({ a: 1 });
    expect(decode(encode(new Proxy([1, 2], {})))).toStrictEqual([1, 2]);
    expect(() => encode(new Proxy(() => 1, {}))).toThrow(/a function/);
  });
});
