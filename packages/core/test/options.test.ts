import type { FaastError } from "@faast/core";
import { faast, FaastOptionsError } from "@faast/core";
import { numberOption } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const start = (options: object) => faast(loopbackProvider(), funcs, options as never);
const failure = (options: object) =>
  start(options).then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error as FaastError,
  );

describe("options", () => {
  it("have the documented defaults, under the provider's own", async () => {
    await using m = await start({});
    expect(m.options).toMatchObject({
      childProcess: true,
      childProcessMemoryMb: 0,
      concurrency: 10,
      description: "",
      env: {},
      esbuildOptions: {},
      exclude: [],
      gc: "auto",
      include: [],
      maxRetries: 2,
      memorySize: 1024,
      mode: "auto",
      packageJson: "",
      rate: 0,
      retentionInDays: 1,
      speculativeRetryThreshold: 3,
      timeout: 60,
      useDependencyCaching: true,
      validateSerialization: true,
    });
  });

  it("given as undefined are the defaults", async () => {
    await using m = await start({ timeout: undefined });
    expect(m.options.timeout).toBe(60);
  });

  it.each([
    [{ concurency: 5 }, /"concurency".*unknown.*Did you mean "concurrency"/],
    [{ Timeout: 5 }, /"Timeout".*Did you mean "timeout"/],
    [{ region: "mars" }, /"region" of faast\("[a-z]+"\) is unknown\.( There are:|$)/],
    [{ signal: null }, /"signal".*an AbortSignal, not null/],
    [{ webpackOptions: {} }, /"webpackOptions".*esbuildOptions.*migration/],
    [{ include: {} }, /"include".*must be a list of .*, not an object/],
    [{ timeout: "60" }, /"timeout".*must be a number from 0.001 to 2000000 \(seconds\), not "60"/],
    [{ timeout: -1 }, /"timeout".*not -1/],
    [{ concurrency: 1.5 }, /"concurrency".*whole number/],
    [{ concurrency: NaN }, /"concurrency".*not NaN/],
    [{ mode: "carrier pigeon" }, /"mode".*one of "auto", "https", "queue"/],
    [{ env: { A: "a", B: 1 } }, /"env".*values are strings.*: "B" is of type number\.$/],
    [{ env: { A: undefined } }, /"env".*: "A" is undefined\.$/],
    [{ env: { "A=B": "x" } }, /"env".*: "A=B" cannot be a name\.$/],
    [{ env: { A: "x\0" } }, /"env".*: "A" has a NUL\.$/],
    [{ env: ["A"] }, /"env".*, not a list\.$/],
    [{ exclude: ["a", 5] }, /"exclude".*a list of paths or globs: \[1\] is 5\.$/],
    [{ memorySize: 1 }, /"memorySize".*at least 32/],
    [{ timeout: 3_000_000 }, /"timeout"/],
    [{ include: ["a", ""] }, /"include".*: \[1\] is ""\.$/],
    [{ include: [{ pth: "x" }] }, /"include"/],
    [{ childProcess: "no" }, /"childProcess".*true or false/],
    [{ gc: "force" }, /"gc".*no collector/],
    [{ signal: {} }, /"signal".*AbortSignal/],
  ])("that are wrong are refused: %j", async (options, message) => {
    const error = await failure(options);
    expect(error).toBeInstanceOf(FaastOptionsError);
    expect(error.message).toMatch(message);
  });

  it("that are no object are refused", async () => {
    expect(await failure([])).toBeInstanceOf(FaastOptionsError);
    expect(await failure("fast" as never)).toBeInstanceOf(FaastOptionsError);
  });

  it("never show a long value, which may be a secret", async () => {
    const error = await failure({ description: 1, env: { TOKEN: 5, OTHER: "x".repeat(100) } });
    expect(error.message).not.toContain("xxx");
  });

  it("of with() and of cleanup() are checked, too", async () => {
    await using m = await start({});
    expect(() => m.with({ timout: 1 } as never)).toThrow(
      /"timout".*with\(\).*Did you mean "timeout"/,
    );
    expect(() => m.with({ retry: -1 })).toThrow(FaastOptionsError);
    await expect(m.cleanup({ deleteCache: true } as never)).rejects.toThrow(
      /"deleteCache".*Did you mean "deleteCaches"/,
    );
  });

  it("of a provider are known beside the common ones", async () => {
    const provider = {
      ...loopbackProvider(),
      options: { defaults: {}, own: { volume: numberOption(5, { min: 0, max: 11 }) } },
    };
    await using m = await faast(provider as never, funcs, { volume: 11 } as never);
    expect(m.options).toMatchObject({ volume: 11 });
    await expect(faast(provider as never, funcs, { volume: 12 } as never)).rejects.toThrow(
      /from 0 to 11/,
    );
    await expect(faast(provider as never, funcs, { volum: 1 } as never)).rejects.toThrow(
      /"volume"/,
    );
  });
});
