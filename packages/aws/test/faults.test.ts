import { failureDetail, FaastError, type FaastModule } from "@faast/core";
import { faastAws, type AwsOptions } from "@faast/aws";
import { broken, denied, throttled } from "./aws-faults.ts";
import { startProxy, type Intercept, type Treatment } from "./emulator-proxy.ts";
import { useEmulator, type Emulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const full = process.env.FAAST_TEST_FULL !== undefined;

const [https, event, notification] = modes.map(([, options]) => options) as [
  AwsOptions,
  AwsOptions,
  AwsOptions,
];

/** When an operation is asked for, and in which mode. */
const deployment: readonly (readonly [operation: string, mode: AwsOptions])[] = [
  ["iam:GetRole", https],
  ["iam:CreateRole", https],
  ["iam:PutRolePolicy", https],
  ["logs:CreateLogGroup", https],
  ["logs:PutRetentionPolicy", https],
  ["lambda:CreateFunction", https],
  ["lambda:GetFunction", https],
  ["sqs:GetQueueAttributes", event],
  ["sqs:CreateQueue", event],
  ["lambda:PutFunctionEventInvokeConfig", event],
  ["sns:CreateTopic", notification],
  ["sns:GetTopicAttributes", notification],
  ["lambda:AddPermission", notification],
  ["sns:Subscribe", notification],
];
const calls: typeof deployment = [
  ["lambda:Invoke", https],
  ["lambda:Invoke", event],
  ["sns:Publish", notification],
  ["sqs:ReceiveMessage", event],
  ["sqs:SendMessage", https],
  ["s3:CreateBucket", https],
  ["s3:PutBucketLifecycleConfiguration", https],
  ["s3:PutObject", https],
  ["s3:GetObject", https],
];
/** What streams begin with, and do without. */
const preferred: typeof deployment = [["lambda:InvokeWithResponseStream", https]];
/** What is done on the way, and may fail without anybody's noticing. */
const asides: typeof deployment = [
  ["sqs:DeleteMessageBatch", event],
  ["s3:DeleteObject", https],
];
const cleanup: typeof deployment = [
  ["lambda:DeleteFunction", https],
  ["sqs:DeleteQueue", event],
  ["sns:DeleteTopic", notification],
  ["s3:ListObjectsV2", https],
  ["s3:DeleteObjects", https],
  ["s3:DeleteBucket", https],
  ["logs:DeleteLogGroup", https],
];
const all = [...deployment, ...calls, ...preferred, ...asides, ...cleanup];
/** Asked for only after another request has failed. */
const afterFaults = ["lambda:GetFunctionConfiguration", "iam:GetRolePolicy", "s3:PutBucketTagging"];

/** Runs with an account that nobody has used, behind a proxy. */
async function withFaults(
  intercept: (operation: string, account: string) => Treatment,
  use: (options: AwsOptions, emulator: Emulator) => Promise<void>,
): Promise<void> {
  const emulator = useEmulator();
  Object.assign(process.env, emulator.env); // of the functions, too
  const faulty: Intercept = (_request, operation) => intercept(operation, emulator.account);
  const proxy = await startProxy(emulator.endpoint, faulty);
  try {
    await use({ clientConfig: { ...emulator.clientConfig, endpoint: proxy.endpoint } }, emulator);
  } finally {
    await proxy.stop();
  }
}

/** Makes calls of every kind, which need all that a job may have. */
async function work({ functions }: FaastModule<typeof funcs>, { mode }: AwsOptions): Promise<void> {
  const size = mode === "https" ? 5_000_000 : 1_100_000;
  const stream = async () => {
    const items: number[] = [];
    for await (const item of functions.numbers(3)) items.push(item);
    return items;
  };
  const [greeting, items, bytes] = await Promise.allSettled([
    functions.hello("you"),
    stream(),
    functions.echo(new Uint8Array(size)),
  ]);
  for (const each of [greeting, items, bytes]) if (each.status === "rejected") throw each.reason;
  expect(greeting).toMatchObject({ value: "hello you" });
  expect(items).toMatchObject({ value: [1, 2, 3] });
  expect(bytes).toMatchObject({ value: { byteLength: size } });
}

/** Where objects could be deleted one by one, none are left to be deleted all at once. */
const isBefore = (each: string, operation: string) =>
  operation === "s3:DeleteObjects" && each === "s3:DeleteObject";

/** The gate meets half of the cases, those that differ most; `test:full` meets all. */
const tried = (cases: typeof deployment) =>
  full ? cases : cases.filter((_, index) => index % 2 === 0);

const titled = (cases: typeof deployment) =>
  cases.map(([operation, mode]) => {
    const dispatch = mode.mode === "https" ? "https" : `queue, ${mode.queueDispatch}`;
    return [operation, dispatch, mode] as const;
  });

describe("what is denied to a caller", () => {
  it.each(titled(deployment))(
    "%s (%s) fails the deployment by name, and leaves nothing",
    async (operation, _dispatch, mode) => {
      await withFaults(
        (each, account) => (each === operation ? denied(each, account) : undefined),
        async (options, emulator) => {
          const error = await caught(faastAws(funcs, { ...options, ...mode }));
          expect(error).toBeInstanceOf(FaastError);
          expect((error as Error).message).toContain(`AWS operation ${operation} failed`);
          expect((error as Error).message).toContain(`"${operation}" is missing`);
          await expectNothingLeft(emulator);
        },
      );
    },
  );

  it.each(titled(tried(calls)))(
    "%s (%s) fails calls by name, and leaves nothing",
    async (operation, _dispatch, mode) => {
      await withFaults(
        (each, account) => (each === operation ? denied(each, account) : undefined),
        async (options, emulator) => {
          {
            const settings = { ...options, ...mode, maxRetries: 1 };
            await using m = await faastAws(funcs, settings);
            const error = await caught(work(m, mode));
            expect(error).toBeInstanceOf(FaastError);
            expect((error as Error).message).toContain(operation.split(":")[1]);
            expect(failureDetail(error)).toBeDefined();
          }
          await expectNothingLeft(emulator);
        },
      );
    },
  );

  it.each(titled([...preferred, ...asides]))(
    "%s (%s) is passed over",
    async (operation, _dispatch, mode) => {
      await withFaults(
        (each, account) => (each === operation ? denied(each, account) : undefined),
        async (options, emulator) => {
          {
            await using m = await faastAws(funcs, { ...options, ...mode });
            await work(m, mode);
          }
          await expectNothingLeft(emulator);
        },
      );
    },
  );

  it.each(titled(tried(cleanup)))(
    "%s (%s) fails the cleanup by name, which may be done again",
    async (operation, _dispatch, mode) => {
      let isDenied = true;
      await withFaults(
        (each, account) =>
          isDenied && (each === operation || isBefore(each, operation))
            ? denied(each, account)
            : undefined,
        async (options, emulator) => {
          const m = await faastAws(funcs, { ...options, ...mode });
          await work(m, mode);
          const error = await caught(m.cleanup());
          expect((error as Error).message).toContain(`AWS operation ${operation} failed`);
          isDenied = false;
          await m.cleanup();
          await expectNothingLeft(emulator);
        },
      );
    },
  );
});

const LOST = "cut off when it has been done";
const faults: readonly [name: string, fault: (operation: string, account: string) => Treatment][] =
  [
    ["throttled", throttled],
    ["answered with the service's own fault", broken],
    ["cut off before it has arrived", () => "reset"],
    [LOST, () => "lost"],
    ["slow", () => ({ delay: 1_500 })],
  ];

describe("requests that fail now and then", () => {
  it.each(full ? modes : modes.slice(1, 2))(
    "do no harm, %s",
    async (_name, mode) => {
      // Each operation meets each fault, at its first requests.
      const requests = new Map<string, number>();
      const frequent = full ? faults : faults.filter(([name]) => /throttled|done/.test(name));
      await withFaults(
        (operation, account) => {
          const count = requests.get(operation) ?? 0;
          requests.set(operation, count + 1);
          const [name, fault] = frequent[count] ?? [];
          // What the lost answer to a wait for messages had in it comes again, but later.
          if (operation === "sqs:ReceiveMessage" && name === LOST) return undefined;
          return fault?.(operation, account);
        },
        async (options, emulator) => {
          {
            await using m = await faastAws(funcs, { ...options, ...mode, maxRetries: 6 });
            await work(m, mode);
            await work(m, mode);
          }
          await expectNothingLeft(emulator);
        },
      );
      // What is not in the tables above is not tested for each fault alone.
      const known = new Set([...all.map(([operation]) => operation), ...afterFaults]);
      expect([...requests.keys()].filter((each) => !known.has(each))).toEqual([]);
    },
    180_000,
  );

  const matrix = titled(full ? all : all.slice(0, 1)).flatMap(([operation, dispatch, mode]) =>
    faults.map(([name, fault]) => ({
      title: `${operation} (${dispatch}), ${name}`,
      operation,
      mode,
      fault,
    })),
  );
  (full ? it.each(matrix) : it.skip.each(matrix))(
    "do no harm: $title",
    async ({ operation, mode, fault }) => {
      let count = 0;
      await withFaults(
        (each, account) => {
          if (isBefore(each, operation)) return denied(each, account);
          return each === operation && count++ < 2 ? fault(each, account) : undefined;
        },
        async (options, emulator) => {
          {
            await using m = await faastAws(funcs, { ...options, ...mode, maxRetries: 6 });
            await work(m, mode);
          }
          await expectNothingLeft(emulator);
        },
      );
      expect(count).toBeGreaterThan(0);
    },
    180_000,
  );
});
