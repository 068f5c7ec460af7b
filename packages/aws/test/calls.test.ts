import { FaastSerializationError, failureDetail } from "@faast/core";
import { faastAws, type AwsFaastModule } from "@faast/aws";
import { createAwsClients } from "../dist/infra/clients.js";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const MIB = 1 << 20;

describe.each(modes)("calls in %s", (_name, options) => {
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    m = await faastAws(funcs, { ...options, env: { FAAST_TEST_VALUE: "seen" } });
  });
  afterAll(async () => {
    await m.cleanup();
    await expectNothingLeft(emulator);
  });

  it("carry values both ways", async () => {
    expect(await m.functions.hello("world")).toBe("hello world");
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const value = {
      map: new Map<unknown, unknown>([["k", new Set([1n, -0])]]),
      bytes: Buffer.from("abc"),
      floats: new Float64Array([1.5, NaN, -Infinity]),
      at: new Date(0),
      pattern: /a+/giu,
      hole: [1, , 3],
      none: undefined,
      big: 2n ** 70n,
      text: "ünï ☃ 😀",
      cycle,
    };
    const copy = (await m.functions.echo(value)) as typeof value;
    expect(copy).toEqual(value);
    expect(Object.keys(copy)).toEqual(Object.keys(value));
    expect(1 in copy.hole).toBe(false);
    expect(copy.cycle.self).toBe(copy.cycle);
    expect(await m.functions.echo(undefined)).toBeUndefined();
  });

  it("run elsewhere, with the variables of `env`", async () => {
    expect(await m.functions.pid()).not.toBe(process.pid);
    expect(await m.functions.environment("FAAST_TEST_VALUE")).toBe("seen");
  });

  it("tell where and how they ran", async () => {
    const { value, logUrl, executionId, instanceId } = await m.functionsDetail.hello("x");
    expect(value).toBe("hello x");
    expect(logUrl).toContain("log-group/$252Faws$252Flambda$252Ffaast-");
    expect(logUrl).toContain("/log-events/");
    expect(executionId).toMatch(/^[\da-f-]{36}$/);
    expect(instanceId).toEqual(expect.stringMatching(/./));
    const again = await m.functionsDetail.hello("y");
    expect(again.executionId).not.toBe(executionId);
  });

  it("fail with what was thrown, as it was thrown", async () => {
    const error = (await caught(m.functions.failOnThisLine())) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: "thrown remotely",
      status: 418,
      cause: { name: "RangeError", message: "deeper" },
    });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.stack).toMatch(/fixtures\/functions\.ts:\d+[^]*calls\.test\.ts/);
    expect(failureDetail(error)).toMatchObject({
      functionName: "failOnThisLine",
      attempt: 0,
      logUrl: expect.stringContaining("/log-events/"),
    });
    for (const value of [undefined, null, "text", { code: 7 }])
      expect(await caught(m.functions.throwValue(value))).toEqual(value);
  });

  it("print to the function's log", async () => {
    await m.functions.print("a line for the log");
    const clients = await createAwsClients(emulator);
    const logs = await clients.logs();
    const { logGroups = [] } = await logs.describeLogGroups({});
    const [{ logGroupName, retentionInDays } = {}] = logGroups;
    expect(logGroups).toHaveLength(1);
    expect(retentionInDays).toBe(1);
    const lines = async () => (await logs.filterLogEvents({ logGroupName })).events ?? [];
    while (!(await lines()).some(({ message }) => message?.trim() === "a line for the log"));
    clients.destroy();
  });

  it("refuse what cannot travel, on either side", async () => {
    const sent = await caught(m.functions.echo({ user: { save: () => undefined } }));
    expect(sent).toBeInstanceOf(FaastSerializationError);
    const returned = await caught(m.functions.unreturnable());
    expect(returned).toBeInstanceOf(FaastSerializationError);
  });

  it("carry 8 MiB there and 8 MiB back", async () => {
    const bytes = new Uint8Array(8 * MIB).map((_, i) => i * 31);
    expect(await m.functions.byteLength(bytes)).toBe(8 * MIB);
    const copy = (await m.functions.echo(bytes)) as Uint8Array;
    expect(Buffer.compare(copy, bytes)).toBe(0);
  });

  it("may be many in flight, each with its own answer", async () => {
    // In queue mode each of them starts processes of its own: fewer where that has been seen already.
    const count = options.queueDispatch === "sns" ? 15 : 50;
    const values = Array.from({ length: count }, (_, i) => ({ i }));
    expect(await Promise.all(values.map((each) => m.functions.echo(each)))).toEqual(values);
  });
});
