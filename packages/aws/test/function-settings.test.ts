import { faastAws } from "@faast/aws";
import { lookInto, onlyFunction } from "./account.ts";
import { lambdaRefusal, startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);
afterEach(() => expectNothingLeft(emulator));

it("options reach the function", async () => {
  await using m = await faastAws(funcs, {
    runtime: "nodejs22.x",
    architecture: "x86_64",
    ephemeralStorageSize: 2048,
    description: "a description",
    awsLambdaOptions: {
      TracingConfig: { Mode: "Active" },
      Tags: { team: "images" },
      DeadLetterConfig: {},
    },
  });
  expect(await m.functions.hello("settings")).toBe("hello settings");
  const { Configuration, Tags } = await onlyFunction(emulator);
  expect(Configuration).toMatchObject({
    Runtime: "nodejs22.x",
    Architectures: ["x86_64"],
    EphemeralStorage: { Size: 2048 },
    Description: "a description",
    TracingConfig: { Mode: "Active" },
  });
  expect(Tags).toMatchObject({ team: "images", "faast:job": expect.any(String) });
});

it("executions are reserved once there is a function, and free again without it", async () => {
  await using m = await faastAws(funcs, { reservedConcurrency: 7, concurrency: 7 });
  expect(await m.functions.hello("reserved")).toBe("hello reserved");
  const { Concurrency } = await onlyFunction(emulator);
  expect(Concurrency?.ReservedConcurrentExecutions).toBe(7);
});

it("an account with too few executions to reserve some says so, and nothing is left", async () => {
  const refusal = lambdaRefusal(
    "InvalidParameterValueException",
    "below its minimum value of [100]",
  );
  const proxy = await startProxy(emulator.endpoint, ({ method, url = "" }) =>
    method === "PUT" && url.endsWith("/concurrency") ? refusal : undefined,
  );
  const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
  const error = await caught(
    faastAws(funcs, { reservedConcurrency: 7, concurrency: 7, clientConfig }),
  );
  await proxy.stop();
  expect((error as Error).message).toContain(
    "its reserved concurrency could not be made. AWS operation lambda:PutFunctionConcurrency failed: below",
  );
});

it.each([
  [0, 1],
  [1, 1],
  [2, 3],
  [40, 60],
  [9999, 3653],
])("logs are kept for the %d days of the option: %d, as CloudWatch can", async (wanted, kept) => {
  await using m = await faastAws(funcs, { retentionInDays: wanted });
  expect(m.logUrl()).toContain("log-group/$252Faws$252Flambda$252Ffaast-");
  const groups = await lookInto(emulator, async (clients) =>
    (await clients.logs()).describeLogGroups({}),
  );
  expect(groups.logGroups).toMatchObject([{ retentionInDays: kept }]);
});
