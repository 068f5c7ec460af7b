import fc from "fast-check";
import { FaastError, FaastSerializationError, faast } from "@faast/core";
import { encode, packFrame, unpackCall, unpackFrame, WireError } from "@faast/core/provider";
import type { BlobStore, Frame, JsonCall, JsonFrame } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";
import { PROPERTY_TIME, runs } from "./run-count.ts";
import * as funcs from "./fixtures/functions.ts";

function memoryBlobs(): BlobStore {
  const kept = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      const name = `blob ${kept.size}`;
      kept.set(name, bytes.slice());
      return name;
    },
    async get(name) {
      const bytes = kept.get(name);
      if (bytes === undefined) throw new WireError({ code: "WIRE_MALFORMED", path: "blob", reason: "there is none" }); // prettier-ignore
      return bytes;
    },
  };
}

const base = {
  call: fc.string(),
  attempt: fc.nat(),
  sequence: fc.nat(),
  item: fc.nat(),
};
const perhaps = {
  run: fc.string(),
  control: fc.nat(),
  execution: fc.record(
    { logUrl: fc.string(), executionId: fc.string(), instanceId: fc.string() },
    { requiredKeys: [] },
  ),
};
const bytes = fc.uint8Array({ maxLength: 40 });
const timing = fc.record({ startedAt: fc.nat(), executionTime: fc.nat() });
const frameOf = <T>(own: { [K in keyof T]: fc.Arbitrary<T[K]> }, optional: (keyof T)[] = []) =>
  fc.record({ ...base, ...own, ...perhaps }, {
    requiredKeys: [
      ...Object.keys(base),
      ...Object.keys(own).filter((key) => !optional.includes(key as keyof T)),
    ],
  } as object) as unknown as fc.Arbitrary<Frame>;
const frames: fc.Arbitrary<Frame> = fc.oneof(
  frameOf({ type: fc.constant("started") }),
  frameOf({ type: fc.constant("yield"), value: bytes }),
  frameOf({ type: fc.constant("result"), value: bytes, timing }),
  frameOf(
    {
      type: fc.constant("error"),
      origin: fc.constantFrom("user", "runtime", "transport"),
      code: fc.constantFrom("thrown", "exit", "a code of a later version"),
      message: fc.string(),
      value: bytes,
      timing,
    },
    ["value", "timing"],
  ),
);

/** As plain data, so that a `Buffer` and a `Uint8Array` of the same bytes are the same. */
const plain = (frame: Frame) => ({
  ...frame,
  ...("value" in frame && frame.value !== undefined ? { value: [...frame.value] } : {}),
});

test(
  "frames pass through JSON as they are, themselves or by claim check",
  async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(40), async (frame, inlineLimit) => {
        const blobs = memoryBlobs();
        const text = JSON.stringify(await packFrame(frame, { inlineLimit, blobs }));
        const arrived = await unpackFrame(JSON.parse(text) as JsonFrame, blobs);
        const bytes = "value" in frame ? frame.value : undefined;
        const way = (bytes?.byteLength ?? 0) > inlineLimit ? "stored" : "inline";
        expect(plain(arrived)).toEqual({
          ...plain(frame),
          ...(bytes === undefined ? {} : { way }),
        });
      }),
      { numRuns: runs(500) },
    );
  },
  PROPERTY_TIME,
);

/** Puts anything in the place of one part of a frame, or of a part of that. */
const damaged = fc
  .tuple(
    frames,
    fc.constantFrom(
      "type",
      "call",
      "attempt",
      "sequence",
      "item",
      "run",
      "control",
      "value",
      "timing",
      "origin",
      "code",
      "message",
      "execution",
    ),
    fc.jsonValue(),
  ) // prettier-ignore
  .map(([frame, key, value]) => ({ ...plain(frame), [key]: value }));

test(
  "JSON that is no frame is refused, or is one after all",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), damaged), async (json) => {
        try {
          const frame = await unpackFrame(json as unknown as JsonFrame, memoryBlobs());
          expect(frame).toMatchObject({ call: expect.any(String), type: expect.any(String) });
          expect(frame.sequence).toBeGreaterThanOrEqual(0);
          if (frame.type === "yield") expect(frame.value).toBeInstanceOf(Uint8Array);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }),
      { numRuns: runs(1_000) },
    );
  },
  PROPERTY_TIME,
);

describe("a frame in JSON is refused, naming what is wrong,", () => {
  const result = { call: "c", attempt: 0, sequence: 0, item: 0, type: "result" };
  const value = { base64: "" };
  const clock = { startedAt: 0, executionTime: 0 };
  test.each<[string, unknown, RegExp]>([
    ["if it is nothing", null, /no object/],
    ["without a type", { ...result, type: undefined }, /type is unknown/],
    ["of no attempt", { ...result, attempt: "0" }, /attempt is no number/],
    ["out of any sequence", { ...result, sequence: null }, /sequence is no number/],
    ["without its value", { ...result, timing: clock }, /not made of bytes/],
    ["with a payload of nothing", { ...result, value: {}, timing: clock }, /neither base64/],
    ["with a payload of null", { ...result, value: null, timing: clock }, /neither base64/],
    ["without its timing", { ...result, value }, /timing is not/],
    ["of unknown origin", { ...result, type: "error", origin: "moon" }, /origin is unknown/],
    ["with a route that is none", { ...result, value, timing: clock, execution: { route: "x" } }, /execution\.route/], // prettier-ignore
    ["with a log that is none", { ...result, value, timing: clock, execution: { logUrl: 1 } }, /execution\.logUrl/], // prettier-ignore
  ])("%s", async (_, json, reason) => {
    await expect(unpackFrame(json as JsonFrame, memoryBlobs())).rejects.toThrow(reason);
  });

  test("and so is a request without arguments", async () => {
    const request = { call: "c", attempt: 0 } as unknown as JsonCall;
    await expect(unpackCall(request, memoryBlobs())).rejects.toThrow(WireError);
  });
});

/** The first item; ends the stream, whose place others need. */
async function firstOf(stream: AsyncGenerator<unknown>): Promise<unknown> {
  try {
    return await stream.next();
  } finally {
    await stream.return(undefined);
  }
}

describe("a call whose answer is damaged on its way", () => {
  const damagedBytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.uint8Array({ maxLength: 30 }).map((tail) => Uint8Array.of(1, ...tail)),
  );

  it(
    "settles: with a value, with something thrown, or with an error of ours",
    async () => {
      let answer = new Uint8Array();
      const provider = loopbackProvider({
        deliver: (frame, invocation) =>
          invocation.receive("value" in frame ? { ...frame, value: answer } : frame),
      });
      await using m = await faast(provider, funcs);
      await fc.assert(
        fc.asyncProperty(damagedBytes, async (given) => {
          answer = given;
          const settled = await Promise.allSettled([
            m.functions.hello("x"),
            m.functions.fail("x"),
            firstOf(m.functions.count(2)),
          ]);
          // Bytes that are a value are what was returned, or thrown.
          if (settled[0]?.status === "fulfilled") return;
          for (const each of settled) {
            if (each.status === "rejected") expect(each.reason).toBeInstanceOf(FaastSerializationError); // prettier-ignore
          }
        }),
        { numRuns: runs(200) },
      );
    },
    PROPERTY_TIME,
  );

  it("says so where what was thrown cannot be read, with what is known of the failure", async () => {
    const provider = loopbackProvider({
      deliver: (frame, invocation) =>
        invocation.receive("value" in frame ? { ...frame, value: Uint8Array.of(1, 99) } : frame),
    });
    await using m = await faast(provider, funcs);
    const error = await m.functions.fail("gone").then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(FaastSerializationError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^fail: gone \(what came with it cannot be read: .*no tag 99/),
      cause: { name: "WireError" },
    });
  });

  it("fails with an error of ours where the worker names a failure that is unknown here", async () => {
    const code = "constructor" as "exit";
    const provider = loopbackProvider({
      deliver: ({ call, attempt }, invocation) =>
        invocation.receive({ call, attempt, sequence: 0, item: 0, type: "error", origin: "runtime", code, message: "odd" }), // prettier-ignore
    });
    await using m = await faast(provider, funcs);
    const error: unknown = await m.functions.hello("x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FaastError);
    expect(error).toMatchObject({ message: expect.stringContaining("hello: odd") });
  });
});

test("arguments that are no list are refused by the worker, not run into", async () => {
  const provider = loopbackProvider({
    before: (invocation) => Object.assign(invocation.request, { args: encode({ length: 1 }) }),
  });
  await using m = await faast(provider, funcs);
  await expect(m.functions.hello("x")).rejects.toThrow(
    expect.objectContaining({ name: "FaastSerializationError", message: expect.stringMatching(/no list of arguments/) }), // prettier-ignore
  );
});
