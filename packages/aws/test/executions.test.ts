import { faastAws, type AwsFaastModule } from "@faast/aws";
import { createAwsClients } from "../dist/infra/clients.js";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

describe.each(modes)("executions in %s", (_name, options) => {
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    m = await faastAws(funcs, options);
  });
  afterAll(async () => {
    await m.cleanup();
    await expectNothingLeft(emulator);
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

  it("of streams tell the same", async () => {
    for await (const item of m.functionsDetail.numbers(2)) {
      expect(item).toMatchObject({
        logUrl: expect.stringContaining("/log-events/"),
        executionId: expect.any(String),
        instanceId: expect.any(String),
      });
    }
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
});
