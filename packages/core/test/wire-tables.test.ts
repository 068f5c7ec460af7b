import fc from "fast-check";
import { PROPERTY_TIME, runs } from "./run-count.ts";
import { difference } from "./wire-equality.ts";
import { WireError, decode, encode } from "./wire-codec.ts";

const TABLES = 29;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { inner: value };
  return value;
}

function survives(value: unknown): void {
  expect(difference(value, decode(encode(value)))).toBeUndefined();
}

const people = (count: number) =>
  times(count, (id) => ({
    id,
    name: `n${id}`,
    at: { x: id / 3, y: null },
    tags: ["a", id % 2 > 0],
  }));

describe("arrays of like objects travel as tables", () => {
  test.each<[string, unknown]>([
    ["alone", people(20)],
    ["as an argument", [people(20), "and", { more: true }]],
    ["in an object", { rows: people(20), count: 20 }],
    ["further inside", [{ result: { rows: people(20) } }, [people(17)]]],
    [
      "nested in one another",
      times(20, (x) => ({ x, a: { x, b: { x, c: { d: { e: { x } } } } } })),
    ],
    ["with one property", times(20, () => ({ "": [] }))],
    ["with names that every object has", times(20, (i) => ({ constructor: i, toString: 1, a: 2 }))],
    ["with a property named __proto__", times(20, () => JSON.parse('{"a":1,"__proto__":{"b":2}}'))],
    ["with other objects in some cells", times(20, (i) => ({ at: i < 19 ? { x: i } : { y: i } }))],
    ["with nothing in some cells", times(20, (i) => ({ at: i < 19 ? { x: i } : null }))],
    ["with lists that look like tables", times(20, () => ({ a: [1, ["k"], [0, [1]]] }))],
    [
      "beside lists that look like tables",
      [people(20), [1, ["k"], [0, [1]]], [0, 1], [2], [3, []]],
    ],
    ["beside texts of all kinds", [people(20), "é", "😀", "\ud800", '\\"[{']],
  ])("%s", (_, value) => {
    expect(encode(value)[1]).toBe(TABLES);
    survives(value);
  });

  test("which take less room than JSON", () => {
    const value = people(1_000);
    expect(encode(value).byteLength).toBeLessThan(0.7 * JSON.stringify(value).length);
  });

  test("at up to 1,000 levels", () => {
    const rows = (levels: number) => times(20, () => ({ deep: [nested(levels)] }));
    for (const levels of [100, 990, 994, 995]) survives([{ list: [rows(levels)] }]);
    expect(encode([{ list: [rows(100)] }])[1]).toBe(TABLES);
    expect(() => encode([{ list: [rows(996)] }])).toThrow(/more than 1000 levels/);
  });
});

describe("what is no table arrives all the same", () => {
  const row = { a: 1, b: { c: 2 } };
  test.each<[string, unknown]>([
    ["few rows", people(15)],
    ["no rows", []],
    ["rows without properties", times(20, () => ({}))],
    ["the last row has one property more", [...people(20), { ...people(1)[0], more: 1 }]],
    ["the last row has one property less", [...people(20), { id: 1, name: "x", at: null }]],
    ["the last row is in another order", [...times(20, () => ({ a: 1, b: 2 })), { b: 1, a: 2 }]],
    ["the last row is none", [...people(20), 1]],
    ["the last row is an array", [...people(20), ["id"]]],
    ["the last row is null", [...people(20), null]],
    ["very many properties", times(20, () => Object.fromEntries(times(99, (i) => [`k${i}`, i])))],
    ["the same row over and over", times(20, () => row)],
    ["the same object in many rows", times(20, (id) => ({ id, row }))],
    ["an undefined cell", times(20, (id) => ({ id, at: id < 19 ? 1 : undefined }))],
    ["-0 and NaN in cells", times(20, (id) => ({ id: -0 * id, not: NaN }))],
    ["a date in a cell", times(20, (id) => ({ id, at: id < 19 ? null : new Date(id) }))],
    ["names that look like indices", times(20, (i) => ({ 7: i, 4294967294: 1 }))],
    ["a name that begins with a digit", times(20, (i) => ({ a: i, "01": 2 }))],
    ["an array with properties", Object.assign(people(20), { note: 1 })],
    ["holes between rows", Object.assign(people(20), { length: 22 })],
  ])("%s", (_, value) => {
    expect(encode(value)[1]).not.toBe(TABLES);
    survives(value);
  });

  test.each<[string, object]>([
    ["a function", { id: 1, at: () => 1 }],
    ["an instance", { id: 1, at: new (class Place {})() }],
    ["a symbol as a name", { id: 1, at: 2, [Symbol("s")]: 3 }],
  ])("%s in the last row is refused, and named", (_, row) => {
    const rows = [...times(20, (id) => ({ id, at: id })), row];
    expect(() => encode([rows])).toThrow(/value\[0\]\[20\]/);
  });

  test("rows that inherit an enumerable property", () => {
    const shared = Object.prototype as { inherited?: number };
    Object.defineProperty(shared, "inherited", { value: 1, enumerable: true, configurable: true });
    try {
      const value = people(20);
      const decoded = decode(encode(value)) as object[];
      expect(decoded.map((each) => Object.keys(each))).toEqual(
        value.map((each) => Object.keys(each)),
      );
    } finally {
      delete shared.inherited;
    }
  });
});

test(
  "rows of whatever names and cells arrive as they were sent",
  () => {
    const cell = fc.jsonValue({ maxDepth: 2 });
    const rows = fc
      .uniqueArray(fc.oneof(fc.string(), fc.constantFrom("__proto__", "7", "toString")), {
        minLength: 1,
        maxLength: 5,
      })
      .chain((keys) =>
        fc.array(fc.tuple(...keys.map(() => cell)), { minLength: 16, maxLength: 40 }).map((all) =>
          all.map((cells) => {
            const row = {};
            keys.forEach(
              (key, at) =>
              Object.defineProperty(row, key, { value: cells[at], enumerable: true, configurable: true, writable: true }), // prettier-ignore
            );
            return row;
          }),
        ),
      );
    fc.assert(
      fc.property(rows, fc.boolean(), (value, inner) => {
        const sent = inner ? [{ value }, value.length] : value;
        const bytes = encode(sent);
        const received = decode(bytes);
        expect(difference(sent, received)).toBeUndefined();
        expect(Buffer.from(encode(received)).equals(bytes)).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  },
  PROPERTY_TIME,
);

describe("tables of whatever origin", () => {
  const document = (text: string) => Buffer.concat([Buffer.from([1, TABLES]), Buffer.from(text)]);

  test.each<[string, RegExp]>([
    ["[0", /JSON is broken/],
    ["1", /no list/],
    ["null", /no list/],
    ['{"0":1}', /no list/],
    ["[]", /unknown kind/],
    ["[4,1]", /unknown kind/],
    ["[0]", /one value/],
    ["[0,1,2]", /one value/],
    ['[1,["a"],[0]]', /one value/],
    ['[1,["7"],[0,[1]]]', /looks like an index/],
    ['[1,["a","4294967294"],[0,[1]],[0,[1]]]', /looks like an index/],
    ['["0",1]', /unknown kind/],
    ["[2,1]", /no list/],
    ["[1]", /names/],
    ["[1,[]]", /columns/],
    ['[1,"k",[0,[1]]]', /names/],
    ["[1,[7],[0,[1]]]", /names/],
    ['[1,["a","b"],[0,[1]]]', /names/],
    ['[1,["a"],[0,[1]],[0,[2]]]', /names/],
    ['[1,["a"],[0,1]]', /columns/],
    ['[1,["a"],[0,{"length":1}]]', /columns/],
    ['[1,["a","b"],[0,[1]],[0,[1,2]]]', /columns/],
    ['[3,["a"],[2,[9]]]', /unknown kind/],
    ["[2,".repeat(2_000) + "]".repeat(2_000), /more than 1000 levels/],
  ])("%.40s is refused", (text, reason) => {
    expect(() => decode(document(text))).toThrow(WireError);
    expect(() => decode(document(text))).toThrow(reason);
  });

  test("reach no prototype", () => {
    for (const text of [
      '[3,["__proto__"],[0,{"polluted":true}]]',
      '[1,["__proto__"],[0,[{"polluted":true}]]]',
    ]) {
      const decoded = [decode(document(text))].flat()[0] as object;
      expect(Object.hasOwn(decoded, "__proto__")).toBe(true);
      expect("polluted" in decoded).toBe(false);
      expect("polluted" in {}).toBe(false);
    }
  });
});
