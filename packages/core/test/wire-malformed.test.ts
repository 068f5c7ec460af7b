import { WireError, decode, encode } from "./wire-codec.ts";

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map((v) => (typeof v === "number" ? Buffer.from([v]) : Buffer.from(v))));

const [TEXT, REF, OBJECT, ARRAY, SPARSE, MAP, DATE, REGEXP, URL_TAG, VIEW, ERROR, JSON_TAG] = [
  12, 13, 14, 16, 17, 18, 20, 21, 22, 23, 24, 26,
] as const;
/** 2^32 - 1, as the format writes it. */
const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f] as const;

function malformed(document: Uint8Array): WireError {
  try {
    decode(document);
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return error as WireError;
  }
  throw new Error("was decoded");
}

describe("bytes that are no document are refused", () => {
  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", bytes(), /ends too early/],
    ["a version alone", bytes(1), /ends too early/],
    ["an unknown tag", bytes(1, 99), /no tag 99/],
    ["a text cut short", bytes(1, TEXT, 20, "abc"), /ends too early/],
    ["more after the end", bytes(1, 0, 0), /more follows/],
    ["JSON cut short", bytes(1, JSON_TAG, "[1"), /JSON is broken/],
    ["JSON with more after it", bytes(1, JSON_TAG, "[1] 2"), /JSON is broken/],
    ["a reference to nothing", bytes(1, REF, 3), /reference is to nothing/],
    ["a name that was not met", bytes(1, OBJECT, 2, 0), /refers to none before it/],
    ["an object without an end", bytes(1, OBJECT), /ends too early/],
    ["a Map without a value", bytes(1, MAP, 0, 8), /no tag 8/],
    ["a date that is no number", bytes(1, DATE, 0), /date is no number/],
    ["a broken pattern", bytes(1, REGEXP, 2, "(", 0, 0), /Invalid regular expression/],
    ["a broken URL", bytes(1, URL_TAG, 2, "x"), /Invalid URL/],
    ["an unknown kind of view", bytes(1, VIEW, 99, 0), /unknown kind of bytes/],
    ["half an element", bytes(1, VIEW, 12, 3, "abc"), /multiple of 8/],
    ["an unknown kind of error", bytes(1, ERROR, 99, 0, 0), /unknown kind of error/],
    ["a bigint of letters", bytes(1, 11, 4, "xy"), /bigint is no number/],
    ["an endless number", bytes(1, TEXT, ...Array<number>(20).fill(0xff)), /too many bytes/],
    ["a length that is a property", bytes(1, SPARSE, 1, 1, 12, "length", 130, 0), /redefine/],
    ["a name for an array's length", bytes(1, ARRAY, ...HUGE), /ends too early/],
  ])("%s", (_, document, reason) => {
    const error = malformed(document);
    expect(error).toMatchObject({ code: "WIRE_MALFORMED", path: /^byte \d+$/ });
    expect(error.reason).toMatch(reason);
  });

  test("bytes of a kind that this Node.js does not have are refused, naming it", () => {
    const document = bytes(1, VIEW, 10, 2, 0, 0x3c);
    if ("Float16Array" in globalThis) expect([...(decode(document) as Float32Array)]).toEqual([1]);
    else expect(malformed(document).reason).toMatch(/v\d+.* has no Float16Array/);
  });

  test("what the text of broken JSON says is not repeated", () => {
    expect(malformed(bytes(1, JSON_TAG, '["secret"')).message).not.toMatch(/secret/);
  });

  test.each([1_001, 100_000])("JSON %d levels too deep", (levels) => {
    const document = bytes(1, JSON_TAG, "[".repeat(1_000 + levels) + "]".repeat(1_000 + levels));
    expect(malformed(document).reason).toMatch(/more than 1000 levels/);
  });

  test("brackets within strings are not levels", () => {
    const text = JSON.stringify(['\\"' + "[".repeat(5_000), "{\\"]);
    expect(decode(bytes(1, JSON_TAG, text))).toEqual(JSON.parse(text));
    const deep = `["]]]]]\\"]]",${"[".repeat(1_001)}${"]".repeat(1_001)}${" ".repeat(2_000)}]`;
    expect(malformed(bytes(1, JSON_TAG, deep)).reason).toMatch(/more than 1000 levels/);
  });

  test("values a million levels deep", () => {
    for (const opening of [
      [ARRAY, 1],
      [MAP],
      [OBJECT, 1, 2, 97],
      [ERROR, 0, 1, 2, 97],
      [DATE],
    ] as const) {
      const body = Buffer.alloc(1e6, Buffer.from(opening));
      expect(malformed(Buffer.concat([bytes(1), body])).reason).toMatch(/more than 1000 levels/);
    }
  });
});

describe("memory is allocated for what is there, not for what is claimed", () => {
  const growth = (run: () => unknown): number => {
    const before = process.memoryUsage();
    const kept = run();
    const after = process.memoryUsage();
    expect(kept).toBeDefined();
    return after.heapUsed + after.external - before.heapUsed - before.external;
  };
  const LIMIT = 64 * 2 ** 20;

  test.each<[string, Uint8Array]>([
    ["an array", bytes(1, ARRAY, ...HUGE)],
    ["a text", bytes(1, TEXT, ...HUGE)],
    ["bytes", bytes(1, VIEW, 4, ...HUGE)],
  ])("%s of 4 GB", (_, document) => {
    expect(growth(() => malformed(document))).toBeLessThan(LIMIT);
  });

  test("a length without elements", () => {
    const document = bytes(1, SPARSE, 0x80, 0x80, 0x80, 0x0f, 0); // 31,457,280
    const arrays: unknown[] = [];
    const grown = growth(() => {
      for (let count = 0; count < 10; count++) arrays.push(decode(document));
      return arrays;
    });
    expect(arrays[0]).toHaveLength(31_457_280);
    expect(grown).toBeLessThan(LIMIT);
  });

  test("indices far apart", () => {
    const list = Array.from({ length: 50_000 }, () => ({ 1023: 1n }));
    const document = encode(list);
    let decoded: unknown;
    expect(growth(() => (decoded = decode(document)))).toBeLessThan(LIMIT);
    expect(decoded).toEqual(list);
  });
});

describe("no document reaches a prototype", () => {
  test("through __proto__", () => {
    for (const document of [
      bytes(1, OBJECT, 1, 18, "__proto__", OBJECT, 1, 16, "polluted", 2, 0, 0),
      bytes(1, ERROR, 0, 1, 18, "__proto__", OBJECT, 1, 16, "polluted", 2, 0, 0, 0),
      bytes(1, JSON_TAG, '{"__proto__":{"polluted":true}}'),
    ]) {
      const decoded = decode(document) as object;
      expect(Object.hasOwn(decoded, "__proto__")).toBe(true);
      expect("polluted" in decoded).toBe(false);
      expect("polluted" in {}).toBe(false);
    }
  });
});
