import { faastAws, type AwsOptions } from "@faast/aws";
import { DeploymentSteps } from "../dist/deployment-steps.js";
import { warnings } from "./account.ts";
import { denied, unknownCaller } from "./aws-faults.ts";
import { startProxy, type Intercept } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

async function deployThrough(intercept: Intercept, options: AwsOptions) {
  const proxy = await startProxy(emulator.endpoint, intercept);
  const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
  try {
    await using m = await faastAws(funcs, { ...options, clientConfig });
    return await m.functions.hello("steps");
  } finally {
    await proxy.stop();
  }
}

describe("a deployment", () => {
  const groups = [
    ["iam:GetRole", "sns:CreateTopic", "logs:CreateLogGroup", "sqs:CreateQueue"],
    [
      "lambda:PutFunctionEventInvokeConfig",
      "lambda:AddPermission",
      "lambda:PutFunctionConcurrency",
    ],
  ];

  it("does at the same time what need not wait", async () => {
    // No request of a group is answered before all of them have come.
    const missing = groups.map((group) => new Set(group));
    const gates = groups.map(() => withResolvers());
    const order: string[] = [];
    const hold: Intercept = async (_request, operation) => {
      order.push(operation);
      const index = groups.findIndex((group) => group.includes(operation));
      missing[index]?.delete(operation);
      if (missing[index]?.size === 0) gates[index]?.resolve();
      await gates[index]?.promise;
      return undefined;
    };
    const options: AwsOptions = { mode: "queue", queueDispatch: "sns", reservedConcurrency: 9 };
    expect(await deployThrough(hold, options)).toBe("hello steps");
    expect(order.slice(0, 4).sort()).toEqual([...groups[0]!].sort());
    await expectNothingLeft(emulator);
  }, 60_000);

  it.each<[string, string, AwsOptions]>([
    ["the log group", "logs:CreateLogGroup", {}],
    ["the log group", "logs:PutRetentionPolicy", {}],
    ["the execution role", "iam:GetRole", {}],
    ["the queue of replies", "sqs:CreateQueue", { mode: "queue" }],
    ["the topic", "sns:CreateTopic", { mode: "queue", queueDispatch: "sns" }],
    ["the topic's subscription", "lambda:AddPermission", { mode: "queue", queueDispatch: "sns" }],
    [
      "the function's failure destination",
      "lambda:PutFunctionEventInvokeConfig",
      { mode: "queue" },
    ],
    [
      "its reserved concurrency",
      "lambda:PutFunctionConcurrency",
      { reservedConcurrency: 1, concurrency: 1 },
    ],
    ["the function", "lambda:CreateFunction", {}],
  ])(
    "says that %s could not be made (%s), and leaves nothing",
    async (step, operation, options) => {
      using warned = warnings();
      const refuse: Intercept = (_request, each) =>
        each === operation ? denied(each, emulator.account) : undefined;
      const error = await caught(deployThrough(refuse, options));
      expect(error).toMatchObject({ code: "FAAST_CREATE_FUNCTION" });
      expect((error as Error).message).toContain(
        `faast("aws") could not be set up: ${step} could not be made. AWS operation ${operation} failed`,
      );
      expect((error as Error).message).toMatch(/permission "\w+:\w+" is missing/);
      expect(warned.texts).toEqual([]);
      await expectNothingLeft(emulator);
    },
  );

  it("of someone who may do nothing says so once", async () => {
    using warned = warnings();
    const options: AwsOptions = { mode: "queue", queueDispatch: "sns" };
    const error = await caught(deployThrough((_request, each) => unknownCaller(each), options));
    expect((error as Error).message).toContain("The security token is invalid");
    expect((error as Error).message).toContain("Check the AWS credentials");
    expect(warned.texts).toEqual([]);
  });

  it("that cannot be bundled leaves nothing of what was made beside", async () => {
    const broken = new URL("./fixtures/syntax-error.mjs", import.meta.url);
    for (const options of [{}, { mode: "queue", queueDispatch: "sns" }] as AwsOptions[])
      await caught(faastAws(broken, options));
    await expectNothingLeft(emulator);
  });
});

describe("steps", () => {
  const { signal } = new AbortController();

  it("are given up when another fails, and what comes too late is never begun", async () => {
    const steps = new DeploymentSteps();
    const reason = new Error("it failed");
    const long = steps.run("the long one", signal, (given) => untilAborted(given));
    const failed = steps.run("the short one", signal, () => Promise.reject(reason));
    expect(await caught(failed)).toBe(reason);
    expect(await caught(long)).toBe(reason);
    expect(steps.failedStep(reason)).toBe("the short one");
    let begun = false;
    const late = steps.run("the late one", signal, async () => void (begun = true));
    expect(await caught(late)).toBe(reason);
    expect(begun).toBe(false);
  });

  it("are told apart by why they failed, whichever was the first", async () => {
    const steps = new DeploymentSteps();
    const reasons = [new Error("first"), new Error("second")] as const;
    const first = steps.run("the first one", signal, () => Promise.reject(reasons[0]));
    const second = steps.run("the second one", signal, () => Promise.reject(reasons[1]));
    await Promise.allSettled([first, second]);
    expect(steps.failedStep(reasons[0])).toBe("the first one");
    expect(steps.failedStep(reasons[1])).toBe("the second one");
    expect(steps.failedStep(new Error("of another place"))).toBe("the first one");
  });

  it("are waited for when the deployment ends, whether they heed their signal or not", async () => {
    const steps = new DeploymentSteps();
    let ended = false;
    const stubborn = steps.run("the stubborn one", signal, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended = true;
    });
    await steps.end(new Error("over"));
    expect(ended).toBe(true);
    await stubborn;
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function withResolvers() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
