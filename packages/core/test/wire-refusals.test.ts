import { WireError, decode, encode } from "./wire-codec.ts";

function refusal(value: unknown, options: Parameters<typeof encode>[1] = { root: "args" }) {
  try {
    encode(value, options);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

class Point {
  x = 1;
}
class Registry extends Map<number, number> {}
class Moment extends Date {}
class List extends Array {}
class Bytes extends Uint8Array {}
class Link extends URL {}

function argumentsOf(..._: unknown[]): unknown {
  return arguments; // eslint-disable-line prefer-rest-params -- the very thing
}

const detached = new Uint8Array(8);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

const frozenTrap = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error("trapped");
    },
  },
);

describe("what cannot travel is refused, with a reason", () => {
  test.each<[string, unknown, RegExp]>([
    ["a function", () => 1, /it is a function; send/],
    ["a class", Point, /it is a function; send/],
    ["a symbol", Symbol("s"), /it is a symbol; send/],
    ["a promise", Promise.resolve(), /instance of Promise; await it first/],
    ["a WeakMap", new WeakMap(), /instance of WeakMap; use a Map/],
    ["a WeakSet", new WeakSet(), /instance of WeakSet; use a Set/],
    ["a WeakRef", new WeakRef({}), /instance of WeakRef; send what it refers to/],
    ["an instance", new Point(), /instance of Point; send its data as a plain object/],
    ["an object that inherits", Object.create({ a: 1 }), /instance of a class; send its data/],
    ["a generator", (function* () {})(), /instance of Generator; collect its items/],
    ["an async generator", (async function* () {})(), /instance of AsyncGenerator; collect/],
    ["an iterator", [1].values(), /instance of Array Iterator; collect its items/],
    ["a boxed number", Object(1), /a Number object; send the primitive value/],
    ["a boxed string", Object("s"), /a String object; send the primitive value/],
    ["a Blob", new Blob([]), /instance of Blob; send its arrayBuffer/],
    ["Headers", new Headers(), /instance of Headers; use Object.fromEntries/],
    ["a stream", new ReadableStream(), /instance of ReadableStream; send its data/],
    ["a subclass of Map", new Registry(), /instance of Registry, which extends Map; send a plain/],
    ["a subclass of Date", new Moment(), /instance of Moment, which extends Date/],
    ["a subclass of Array", new List(), /instance of List, which extends Array/],
    ["a subclass of Uint8Array", new Bytes(1), /instance of Bytes, which extends Uint8Array/],
    ["a subclass of URL", new Link("a:b"), /instance of Link, which extends URL/],
    ["shared memory", new SharedArrayBuffer(1), /shared memory; send a copy/],
    ["a view of it", new Uint8Array(new SharedArrayBuffer(1)), /shared memory; send a copy/],
    ["a detached view", detached, /detached buffer/],
    ["a detached ArrayBuffer", detached.buffer, /detached buffer/],
    ["arguments", argumentsOf(1), /spread it/],
    ["a Map with properties", Object.assign(new Map(), { a: 1 }), /Map with properties of its own/],
    [
      "an ArrayBuffer with properties",
      Object.assign(new ArrayBuffer(1), { a: 1 }),
      /an ArrayBuffer with properties/,
    ],
    [
      "a DataView with properties",
      Object.assign(new DataView(new ArrayBuffer(1)), { a: 1 }),
      /a DataView with properties/,
    ],
    ["a proxy that throws", frozenTrap, /throws when read \(Error: trapped/],
  ])("%s", (_, value, reason) => {
    expect(refusal(value).reason).toMatch(reason);
    expect(refusal([{ deep: value }, 0n])).toMatchObject({ code: "WIRE_REFUSED" });
  });

  test("a module", async () => {
    expect(refusal(await import("node:path")).reason).toMatch(/instance of Module; spread it/);
  });

  test("a getter that throws", () => {
    const error = refusal([{ get broken() { throw new Error("no"); } }]); // prettier-ignore
    expect(error).toMatchObject({ path: "args[0].broken" });
    expect(error.reason).toMatch(/throws when read \(Error: no\)/);
  });
});

describe("a refusal says where", () => {
  const f = () => 1;
  const key = {};
  test.each<[string, unknown]>([
    ["args", f],
    ["args[0].user.save", [{ user: { name: "x", save: f } }]],
    ['args[0]["odd key"]', [{ "odd key": f }]],
    ["args[0].größe", [{ größe: f }]],
    ['args[1].get("k")', [0, new Map([["k", f]])]],
    [
      "args.get(1).get(2n).get(undefined)",
      new Map([[1, new Map([[2n, new Map([[undefined, f]])]])]]),
    ],
    ["[...args[0].keys()][1]", [new Map<unknown, number>([["a", 1], [f, 2]])]], // prettier-ignore
    ["[...args[0].values()][0].x", [new Map([[key, { x: f }]])]],
    ["[...args[0]][1]", [new Set([1, f])]],
    ["args[0].cause.save", [new Error("m", { cause: { save: f } })]],
    ["args[0].errors[1]", [new AggregateError([1, f])]],
    ["args[0][Symbol(tag)]", [{ [Symbol("tag")]: 1 }]],
    ["args[0].extra", [Object.assign([1], { extra: f })]],
    ["args[1].a", [{ a: { b: [1, 2] } }, { a: f }]],
  ])("%s", (path, value) => {
    expect(refusal(value).path).toBe(path);
    expect(refusal(value).message.startsWith(`${path}: it is `)).toBe(true);
  });

  test("beginning with the name that it was given", () => {
    expect(refusal({ a: f }, { root: "result" }).path).toBe("result.a");
    expect(refusal({ a: f }, {}).path).toBe("value.a");
  });
});

describe("depth", () => {
  const nested = (levels: number, innermost: unknown): unknown => {
    let value = innermost;
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };

  test.each([1_001, 5_000, 100_000])("%d levels are refused", (levels) => {
    for (const innermost of [[], [0n]]) {
      const error = refusal([nested(levels - 1, innermost)]);
      expect(error).toMatchObject({ code: "WIRE_DEPTH" });
      expect(error.reason).toMatch(/more than 1000 levels deep/);
      expect(error.path.length).toBeLessThan(1_000);
    }
  });

  test("so are they without validation, and in Maps", () => {
    let map = new Map();
    for (let level = 0; level < 2_000; level++) map = new Map([[1, map]]);
    expect(refusal(map, { validate: false })).toMatchObject({ code: "WIRE_DEPTH" });
  });

  test("an object that grows as it is read is refused too", () => {
    const endless = (): object => ({ get next() { return endless(); } }); // prettier-ignore
    expect(refusal(endless())).toMatchObject({ code: "WIRE_DEPTH" });
  });

  test("references that double at each level cost no more than they are", () => {
    let value: unknown[] = [];
    for (let level = 0; level < 900; level++) value = [value, value];
    expect(encode(value).length).toBeLessThan(10_000);
  });
});

describe("without validation", () => {
  const loose = (value: unknown) => decode(encode(value, { validate: false }));

  test("functions and symbols are left out, as JSON does", () => {
    const value = { a: 1, f: () => 1, s: Symbol("s"), [Symbol("k")]: 1, list: [() => 1, 2] };
    expect(loose(value)).toStrictEqual({ a: 1, list: [undefined, 2] });
    expect(loose(() => 1)).toBeUndefined();
    expect(loose(new Map([["f", () => 1]]))).toEqual(new Map([["f", undefined]]));
  });

  test("instances arrive as plain data", () => {
    class Circle extends Point {
      area = () => 1;
      toJSON = () => "not asked";
      inner = new Point();
    }
    expect(loose(new Circle())).toStrictEqual({ x: 1, inner: { x: 1 } });
    expect(loose(Promise.resolve())).toStrictEqual({});
    expect(loose(new Registry([[1, 2]]))).toStrictEqual(new Map([[1, 2]]));
    expect(loose(Bytes.of(1, 2))).toStrictEqual(new Uint8Array([1, 2]));
    expect(loose(new Uint8Array(new SharedArrayBuffer(2)))).toStrictEqual(new Uint8Array(2));
    expect(loose([Object(1), Object("s")])).toStrictEqual([1, "s"]);
  });

  test("what can travel exactly still does", () => {
    expect(loose([new Date(0), undefined, 1n])).toStrictEqual([new Date(0), undefined, 1n]);
  });
});
