import { FaastOptionsError } from "@faast/core";
import { faastLocal, type LocalOptions } from "@faast/local";
import * as funcs from "./fixtures/limits.ts";

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error as Error,
  );

describe("a simulated cloud", () => {
  it("refuses options that it would not take", async () => {
    const refused = async (options: LocalOptions) => caught(faastLocal(funcs, options));
    for (const options of [
      { simulate: "aws", timeout: 900 },
      { simulate: "aws", memorySize: 64 },
      { simulate: { timeoutLimit: 10 }, timeout: 11 },
      { simulate: "azure" as "aws" },
      { simulate: { ramps: 1 } as object },
      { simulate: { ramp: 0 } },
    ] as const) {
      expect(await refused(options)).toBeInstanceOf(FaastOptionsError);
    }
    expect((await refused({ simulate: { ramps: 1 } as object })).message).toMatch(
      /"simulate".*: "ramps" is none of them\.$/,
    );
    expect((await refused({ simulate: { coldStart: 1, ramp: 0 } })).message).toMatch(
      /"simulate".*: "ramp" cannot be 0\.$/,
    );
    expect((await refused({ simulate: "aws", timeout: 900 })).message).toMatch(
      /"timeout" .* is 900, .* at most 890/,
    );
  });

  it("ends a call at its time limit, whatever the call's own time-out", async () => {
    await using m = await faastLocal(funcs, { simulate: { timeoutLimit: 1 }, timeout: 1 });
    const error = await caught(m.with({ timeout: 60 }).functions.sleep(30_000));
    expect(error).toMatchObject({ code: "FAAST_TIMEOUT" });
    expect(error.message).toMatch(/platform/);
  });

  it("carries no payload beyond its limit: arguments, results, items", async () => {
    await using m = await faastLocal(funcs, { simulate: { payloadLimit: 10_000 }, concurrency: 1 });
    expect(await m.functions.make(9000)).toHaveLength(9000);
    const refusals = [
      m.functions.echo(new Uint8Array(11_000)),
      m.functions.make(11_000),
      (async () => {
        for await (const item of m.functions.makeEach([10, 11_000, 10, 10])) void item;
      })(),
    ];
    for (const each of await Promise.all(refusals.map(caught))) {
      expect(each).toMatchObject({ code: "FAAST_SERIALIZATION" });
      expect(each.message).toMatch(/\d{5} bytes .* 10000 at most \(payloadLimit\)/);
    }
    // The stream's worker is free again.
    expect(await m.functions.echo("on")).toBe("on");
  });

  it("has workers that start cold, are reused, and are gone after a while", async () => {
    await using m = await faastLocal(funcs, {
      simulate: { coldStart: 0.5, idleTime: 1 },
      concurrency: 1,
    });
    const begun = Date.now();
    expect(await m.functions.countCalls()).toBe(1);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(500);
    expect(await m.functions.countCalls()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await m.functions.countCalls()).toBe(1);
  });

  it("throttles what comes too fast; patience gets every call through", async () => {
    const options = { simulate: { ramp: 2, concurrencyLimit: 8 }, concurrency: 8 };
    await using m = await faastLocal(funcs, options);
    const impatient = Array.from({ length: 4 }, () =>
      m
        .with({ retry: 0 })
        .functions.sleep(500)
        .catch((error: Error) => error),
    );
    const outcomes = await Promise.all(impatient);
    const throttled = outcomes.filter((each) => each instanceof Error);
    expect(throttled).toHaveLength(2);
    expect(throttled[0]).toMatchObject({ code: "FAAST_CONCURRENCY" });
    expect((throttled[0] as Error).message).toMatch(/ramp/);
    const pids = await Promise.all(Array.from({ length: 6 }, () => m.functions.pid()));
    expect(pids).toHaveLength(6);
  });

  it("shows functions no variables of the caller", async () => {
    process.env.FAAST_TEST_SECRET = "the caller's";
    await using m = await faastLocal(funcs, { simulate: "aws", env: { GIVEN: "yes" } });
    const environment = await m.functions.environment();
    delete process.env.FAAST_TEST_SECRET;
    expect(environment).toMatchObject({ GIVEN: "yes", PATH: process.env.PATH, TZ: "UTC" });
    expect(environment).not.toHaveProperty("FAAST_TEST_SECRET");
    expect(environment).not.toHaveProperty("HOME");
  });
});
