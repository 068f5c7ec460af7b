import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FaastSerializationError, faast, failureDetail } from "@faast/core";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to fail");
}

/** Throws, on the other side, what this side could not even send. */
async function thrownThere(kind: funcs.Unsendable, options = {}): Promise<unknown> {
  await using m = await faast(loopbackProvider(), funcs, options);
  return caught(m.functions.throwUnsendable(kind));
}

describe("something thrown that cannot travel", () => {
  it.each<[funcs.Unsendable, RegExp]>([
    ["object", /thrown\.user\.save: it is a function/],
    ["instance", /thrown: it is an instance of Account/],
    ["function", /thrown: it is a function/],
    ["symbol", /thrown: it is a symbol/],
    ["depth", /levels deep/],
  ])("is refused as a result is: %s", async (kind, reason) => {
    const error = await thrownThere(kind);
    expect(error).toBeInstanceOf(FaastSerializationError);
    expect(error).toMatchObject({ message: expect.stringMatching(reason) });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^throwUnsendable: what it threw cannot be serialized/),
    });
    expect(failureDetail(error)).toMatchObject({ functionName: "throwUnsendable", attempt: 0 });
  });

  it("comes along as the cause, as far as it can", async () => {
    expect(await thrownThere("instance")).toMatchObject({ cause: { name: "savings" } });
    expect(await thrownThere("object")).toMatchObject({ cause: { user: {} } });
    expect(await thrownThere("function")).not.toHaveProperty("cause");
  });

  it("arrives as plain data without validation", async () => {
    expect(await thrownThere("instance", { validateSerialization: false })).toEqual({
      name: "savings",
    });
  });
});

describe("what is known of a failure", () => {
  it("is known, too, of a call that was refused before it was sent", async () => {
    await using m = await faast(loopbackProvider(), funcs);
    const error = await caught(m.functions.hello((() => 1) as never));
    expect(error).toBeInstanceOf(FaastSerializationError);
    expect(failureDetail(error)).toEqual({ functionName: "hello", attempt: 0 });
  });
});

describe("the stack of what was thrown", () => {
  it("ends with the call for a DOMException, such as an abort, as for any error", async () => {
    await using m = await faast(loopbackProvider(), funcs);
    async function theCaller() {
      return m.functions.abort();
    }
    const error = (await caught(theCaller())) as DOMException;
    expect(error).toBeInstanceOf(DOMException);
    expect(error.stack).toMatch(/at (async )?abort .*[^]*theCaller /);
  });

  it("shows none of our frames, not even in its causes or where it is frozen", () => {
    const script = `
      import { Executor } from "@faast/core/worker";
      import { decode, encode } from "@faast/core/provider";
      const f = () => { throw Object.freeze(new AggregateError([new Error("a")], "b", { cause: new Error("c") })); };
      const request = { call: "", attempt: 0, functionName: "f", args: encode([]), timeout: 1, stream: false, credit: 0, validate: true };
      await new Executor({ f }).run(request, (frame) => {
        const error = decode(frame.value);
        console.log(JSON.stringify([error, error.errors[0], error.cause].map((each) => each.stack)));
      });`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      encoding: "utf8",
    });
    const stacks = JSON.parse(stdout) as string[];
    expect(stacks).toHaveLength(3);
    for (const stack of stacks) {
      expect(stack).toMatch(/at f /);
      expect(stack).not.toMatch(/executor|frame-writer/);
    }
  });
});
