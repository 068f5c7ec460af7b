import type { IncomingMessage } from "node:http";
import {
  FaastCancelledError,
  FaastCreateFunctionError,
  FaastOptionsError,
  faast,
} from "@faast/core";
import { faastAws, type AwsOptions } from "@faast/aws";
import { lambdaRefusal, startProxy, type Intercept } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import type * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);
const functions = fixture("functions.ts");

/** Runs with a proxy before the emulator, as AWS for the clients of one module. */
async function throughProxy(
  intercept: Intercept,
  use: (options: AwsOptions) => Promise<unknown>,
): Promise<void> {
  const proxy = await startProxy(emulator.endpoint, intercept);
  try {
    await use({ clientConfig: { ...emulator.clientConfig, endpoint: proxy.endpoint } });
  } finally {
    await proxy.stop();
  }
}

const isCreation = ({ method, url = "" }: IncomingMessage) =>
  method === "POST" && /^\/2015-03-31\/functions\/?$/.test(url);
const isLogDeletion = ({ headers }: IncomingMessage) =>
  String(headers["x-amz-target"]).endsWith(".DeleteLogGroup");

describe("a module", () => {
  it("may be TypeScript, given by URL", async () => {
    await using m = await faast<typeof funcs>("aws", functions);
    expect(m.provider).toBe("aws");
    expect(Object.keys(m.functions)).toEqual(
      expect.arrayContaining(["hello", "numbers", "hiddenStream"]),
    );
    expect(await m.functions.hello("url")).toBe("hello url");
    const stream = m.functions.numbers(1);
    expect(await stream.next()).toEqual({ value: 1, done: false });
    expect(await stream.next()).toEqual({ value: "all", done: true });
  });

  it.each(modes)("may await at its top level, in %s", async (_name, options) => {
    await using m = await faastAws(fixture("top-level-await.mjs"), options);
    expect(await m.functions.get!()).toBe("awaited");
    const items: unknown[] = [];
    for await (const item of m.functions.count!(2) as unknown as AsyncIterable<unknown>)
      items.push(item);
    expect(items).toEqual([0, 1]);
  });

  it.each(modes)("that throws fails its calls with the reason, in %s", async (_name, options) => {
    await using m = await faastAws(fixture("broken-import.mjs"), options);
    for (const call of [m.functions.hello!(), m.functions.hello!()]) {
      const error = await caught(call);
      expect(error).toBeInstanceOf(FaastCreateFunctionError);
      expect((error as Error).message).toContain("this module cannot be loaded");
      expect(error).toMatchObject({ cause: { message: "this module cannot be loaded" } });
    }
    expect(m.stats().retries).toBe(0);
  });

  it("may run in the handler's own process", async () => {
    await using m = await faastAws<typeof funcs>(functions, { childProcess: false });
    expect(await m.functions.hello("inline")).toBe("hello inline");
    expect(await caught(m.functions.failOnThisLine())).toBeInstanceOf(TypeError);
    const stream = m.functions.talk();
    await stream.next();
    expect(await stream.next("one")).toEqual({ value: "heard one", done: false });
    expect(await stream.return("enough")).toEqual({ value: "enough", done: true });
  });

  it("leaves nothing", () => expectNothingLeft(emulator));
});

describe("options", () => {
  it.each<[AwsOptions, string]>([
    [{ memorySize: 64 }, '"memorySize"'],
    [{ memorySize: 20_000 }, '"memorySize"'],
    [{ timeout: 901 }, '"timeout"'],
    [{ timeout: 0 }, '"timeout"'],
    [{ runtime: "python3.12" }, '"runtime"'],
    [{ architecture: "mips" as "arm64" }, '"architecture"'],
    [{ queueDispatch: "mail" as "sns" }, '"queueDispatch"'],
  ])(
    "that Lambda cannot take are refused before anything is asked of AWS: %j",
    async (wrong, name) => {
      const requests: (string | undefined)[] = [];
      const note: Intercept = ({ url }) => void requests.push(url);
      await throughProxy(note, async (options) => {
        const error = await caught(faastAws(functions, { ...options, ...wrong }));
        expect(error).toBeInstanceOf(FaastOptionsError);
        expect((error as Error).message).toContain(name);
      });
      expect(requests).toEqual([]);
    },
  );

  it("that name a role which is not there fail by its name", async () => {
    const error = await caught(faastAws(functions, { RoleName: "no-such-role" }));
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toContain('no IAM role "no-such-role"');
    await expectNothingLeft(emulator);
  });
});

describe("a deployment that fails", () => {
  it("by a module that cannot be bundled leaves nothing", async () => {
    const error = await caught(faastAws(fixture("syntax-error.mjs")));
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toContain("syntax-error.mjs");
    await expectNothingLeft(emulator);
  });

  it.each(modes)("by Lambda's refusal says why, and leaves nothing, in %s", async (_name, mode) => {
    const refusal = lambdaRefusal("CodeStorageExceededException", "no room for it");
    const refuse: Intercept = (request) => (isCreation(request) ? refusal : undefined);
    await throughProxy(refuse, async (options) => {
      const error = await caught(faastAws(functions, { ...options, ...mode }));
      expect(error).toBeInstanceOf(FaastCreateFunctionError);
      expect((error as Error).message).toContain("lambda:CreateFunction failed: no room for it");
      expect(error).toMatchObject({ cause: { awsCode: "CodeStorageExceededException" } });
    });
    await expectNothingLeft(emulator);
  });

  it.each<[string, AwsOptions, (request: IncomingMessage) => boolean]>([
    [
      "lambda:PutFunctionEventInvokeConfig",
      { mode: "queue", queueDispatch: "event" },
      ({ url = "" }) => url.endsWith("/event-invoke-config"),
    ],
    [
      "lambda:AddPermission",
      { mode: "queue", queueDispatch: "sns" },
      ({ url = "" }) => url.endsWith("/policy"),
    ],
    [
      "sqs:GetQueueAttributes",
      { mode: "queue" },
      ({ headers }) => headers["x-amz-target"] === "AmazonSQS.GetQueueAttributes",
    ],
  ])("by the refusal of %s leaves nothing of what came before", async (operation, mode, isIt) => {
    const refusal = lambdaRefusal("AccessDeniedException", "not for you", 403);
    await throughProxy(
      (request) => (isIt(request) ? refusal : undefined),
      async (options) => {
        const error = await caught(faastAws(functions, { ...options, ...mode }));
        expect((error as Error).message).toContain(`${operation} failed: not for you`);
      },
    );
    await expectNothingLeft(emulator);
  });

  it("names the first failure, and warns of what could not be removed", async () => {
    const warnings: string[] = [];
    const { emitWarning } = process;
    process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
    const refuse: Intercept = (request) => {
      if (isCreation(request)) return lambdaRefusal("InvalidRequestContentException", "no such");
      return isLogDeletion(request) ? lambdaRefusal("AccessDeniedException", "no", 403) : undefined;
    };
    try {
      await throughProxy(refuse, async (options) => {
        const error = await caught(faastAws(functions, options));
        expect((error as Error).message).toContain("lambda:CreateFunction failed");
      });
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(warnings.join()).toMatch(/faast-[\da-f-]{36} could be removed: .*logs:DeleteLogGroup/);
  });

  it("by its signal leaves nothing", async () => {
    const other = useEmulator(); // what the test above could not remove is in the other account
    const controller = new AbortController();
    const proxy = await startProxy(other.endpoint, (request) => {
      if (!isCreation(request)) return undefined;
      controller.abort();
      return "silence";
    });
    const clientConfig = { ...other.clientConfig, endpoint: proxy.endpoint };
    const { signal } = controller;
    const error = await caught(faastAws(functions, { clientConfig, signal }));
    await proxy.stop();
    expect(error).toBeInstanceOf(FaastCancelledError);
    await expectNothingLeft(other);
  });
});
