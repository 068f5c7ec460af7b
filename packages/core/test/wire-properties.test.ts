import fc from "fast-check";
import { PROPERTY_TIME, runs } from "./run-count.ts";
import { difference } from "./wire-equality.ts";
import { WireError, decode, encode } from "./wire-codec.ts";

// Frames in the stacks of thousands of errors would take most of the time: jest maps each to its source.
const { stackTraceLimit } = Error;
beforeAll(() => (Error.stackTraceLimit = 0));
afterAll(() => (Error.stackTraceLimit = stackTraceLimit));

/** Any value that can travel: all of JavaScript's plain ones, nested in one another. */
const values = fc.letrec((tie) => ({
  leaf: fc.oneof(
    { weight: 4, arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }) }, // prettier-ignore
    fc.string({ unit: "binary" }),
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
    fc.bigInt(),
    fc.double(),
    fc.integer(),
    fc.bigInt64Array(),
    fc.bigUint64Array(),
    fc.date({ noInvalidDate: false }),
    fc.webUrl().map((text) => new URL(text)),
    fc.uint8Array({ maxLength: 9_000 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer, bytes.length >> 1)),
    fc.tuple(fc.constantFrom("", "g", "giu", "y"), fc.nat()).map(([flags, lastIndex]) => {
      return Object.assign(new RegExp("a|b", flags), { lastIndex });
    }),
  ),
  error: fc
    .record({
      type: fc.constantFrom(Error, TypeError, RangeError, URIError),
      message: fc.string(),
      cause: tie("value"),
      own: fc.dictionary(fc.string().filter((key) => !["stack", "cause"].includes(key)), tie("value")), // prettier-ignore
    })
    .map(({ type, message, cause, own }) => {
      const error = new type(message, { cause });
      // Made when first read, and from then on independent of what is done to the error.
      expect(error.stack).toBeDefined();
      return Object.defineProperties(error, Object.getOwnPropertyDescriptors(own));
    }),
  map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((all) => new Map(all)),
  set: fc.array(tie("value"), { maxLength: 4 }).map((all) => new Set(all)),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  value: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    tie("list"),
    tie("object"),
    tie("map"),
    tie("set"),
    tie("error"),
  ),
})).value;

/** The same values, with references from one place to another, or back to the whole. */
const graphs = fc.tuple(values, values, fc.nat(5)).map(([first, second, shape]) => {
  const whole: Record<string, unknown> = { first, second };
  if (shape > 0) whole.again = first;
  if (shape > 1) whole.whole = whole;
  if (shape > 2) whole.map = new Map([[second, whole]]);
  if (shape > 3) whole.list = [[first], [first], whole.map];
  return whole;
});

/** Decodes, or is refused as one should be; whatever else is thrown goes through. */
function attempt(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

test(
  "any value that can travel arrives as it was sent",
  () => {
    fc.assert(
      fc.property(graphs, (value) => {
        expect(difference(value, decode(encode(value)))).toBeUndefined();
      }),
      { numRuns: runs(1_000) },
    );
  },
  PROPERTY_TIME,
);

test(
  "whatever else there is is refused with a reason, or arrives as it was sent",
  () => {
    const anything = fc.anything({ withBoxedValues: true, withBigInt: true, withUnicodeString: true, withMap: true, withSet: true, withObjectString: true } as fc.ObjectConstraints); // prettier-ignore
    fc.assert(
      fc.property(anything, (value) => {
        let bytes: Uint8Array;
        try {
          bytes = encode(value);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          expect((error as WireError).path).toMatch(/^(\[\.\.\.)*value/);
          return;
        }
        expect(difference(value, decode(bytes))).toBeUndefined();
      }),
      { numRuns: runs(1_000) },
    );
  },
  PROPERTY_TIME,
);

test(
  "without validation, nothing that is not too deep is refused",
  () => {
    const anything = fc.oneof(fc.anything({ withBoxedValues: true, withProxy: true } as fc.ObjectConstraints), fc.func(fc.nat()), graphs); // prettier-ignore
    fc.assert(
      fc.property(anything, (value) => {
        decode(encode(value, { validate: false }));
      }),
      { numRuns: runs(1_000) },
    );
  },
  PROPERTY_TIME,
);

test(
  "the same value always makes the same bytes, also after a journey",
  () => {
    fc.assert(
      fc.property(graphs, (value) => {
        const bytes = encode(value);
        expect(Buffer.from(encode(decode(bytes))).equals(bytes)).toBe(true);
      }),
      { numRuns: runs(500) },
    );
  },
  PROPERTY_TIME,
);

test(
  "arbitrary bytes are decoded or refused",
  () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        // Tags are small numbers: bytes drawn from all are mostly refused at once.
        fc.array(fc.nat(30), { maxLength: 200 }),
        (bytes, tags) => {
          attempt(bytes);
          attempt(Uint8Array.of(1, ...bytes));
          attempt(Uint8Array.of(1, ...tags));
          attempt(Uint8Array.of(1, 26, ...bytes));
        },
      ),
      { numRuns: runs(5_000) },
    );
  },
  PROPERTY_TIME,
);

test(
  "documents with bytes changed, removed or repeated are decoded or refused",
  () => {
    fc.assert(
      fc.property(
        graphs.map((value) => encode(value)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (bytes, changes, cut) => {
          const changed = bytes.slice();
          for (const [at, byte] of changes) changed[at % changed.length] = byte;
          attempt(changed);
          attempt(bytes.subarray(0, cut % bytes.length));
          const at = cut % bytes.length;
          attempt(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at >> 1)]));
        },
      ),
      { numRuns: runs(1_000) },
    );
  },
  PROPERTY_TIME,
);

test(
  "no document that lacks its end is decoded",
  () => {
    fc.assert(
      fc.property(graphs, (value) => {
        const bytes = encode(value);
        expect(attempt(bytes.subarray(0, bytes.length - 1))).toBeUndefined();
      }),
      { numRuns: runs(500) },
    );
  },
  PROPERTY_TIME,
);
