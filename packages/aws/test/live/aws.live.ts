import { randomUUID } from "node:crypto";
import {
  faast,
  FaastOutOfMemoryError,
  FaastTimeoutError,
  FaastWorkerExitError,
  type FaastModule,
} from "@faast/core";
import { conformanceSuite } from "@faast/core/conformance";
import type { AwsOptions } from "@faast/aws";
import { caught, modes } from "../modes.ts";
import * as funcs from "./functions.ts";
import { isAws, leftOfJobs, metered, withClients } from "./live-account.ts";

// Run by `npm run test:aws:live`. Each group is an entry of the list in docs/aws.md.
const onAws = isAws ? it : it.skip;
const MINUTE = 60_000;

function start(options: AwsOptions = {}): Promise<FaastModule<typeof funcs>> {
  return faast(metered, funcs, { memorySize: 512, ...options });
}

afterAll(async () => {
  expect(await leftOfJobs()).toEqual([]);
}, MINUTE);

for (const [name, options] of modes) {
  conformanceSuite(
    { describe, it, beforeAll, afterAll },
    {
      name: `aws, ${name}`,
      provider: metered,
      options: { memorySize: 512, ...options },
      concurrency: options.queueDispatch === "sns" ? 15 : 50,
      cannot: ["shared files"],
      deadline: 300,
      leftovers: leftOfJobs,
    },
  );
}

describe("a role", () => {
  it(
    "that has just been made becomes usable",
    async () => {
      const Resource = `arn:aws:s3:::faast-live-${randomUUID()}`;
      const policyStatements = [{ Effect: "Allow", Action: "s3:ListBucket", Resource }] as const;
      const rolesOf = () =>
        withClients(async (clients) => {
          const { Roles = [] } = await (await clients.iam()).listRoles({ MaxItems: 1000 });
          return Roles.map(({ RoleName = "" }) => RoleName);
        });
      const before = new Set(await rolesOf());
      {
        await using m = await start({ policyStatements });
        expect(await m.functions.hello("role")).toBe("hello role");
      }
      const made = (await rolesOf()).filter(
        (each) => !before.has(each) && /^faast-cached-lambda-role-[\da-f]+$/.test(each),
      );
      expect(made).toHaveLength(1);
      await withClients(async (clients) => {
        const iam = await clients.iam();
        const [RoleName] = made;
        const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
        for (const PolicyName of PolicyNames) await iam.deleteRolePolicy({ RoleName, PolicyName });
        await iam.deleteRole({ RoleName });
      });
    },
    5 * MINUTE,
  );
});

describe("an environment", () => {
  it(
    "is used again after a pause, and its child process with it",
    async () => {
      await using m = await start({ concurrency: 1 });
      const first = await m.functionsDetail.age();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const second = await m.functionsDetail.age();
      expect(second.instanceId).toBe(first.instanceId);
      expect(second.value).toBeGreaterThan(first.value);
    },
    2 * MINUTE,
  );

  onAws(
    "is had for every call, beyond what the account grants at once",
    async () => {
      const granted = await withClients(async (clients) => {
        const { AccountLimit } = await (await clients.lambda()).getAccountSettings({});
        return AccountLimit?.UnreservedConcurrentExecutions ?? 10;
      });
      const calls = Math.min(granted + 50, 1_100);
      await using m = await start({ concurrency: calls, memorySize: 128, timeout: 120 });
      await Promise.all(Array.from({ length: calls }, () => m.functions.sleep(2_000)));
      expect(m.stats().errors).toBe(0);
    },
    10 * MINUTE,
  );
});

describe("the end of an execution in the handler's own process", () => {
  const inline: AwsOptions = { childProcess: false, memorySize: 128, timeout: 5, maxRetries: 0 };

  it.each(modes.slice(0, 2))(
    "by exit is told as such, in %s",
    async (_name, options) => {
      await using m = await start({ ...inline, ...options });
      expect(await caught(m.functions.exit())).toBeInstanceOf(FaastWorkerExitError);
      expect(await m.functions.hello("next")).toBe("hello next");
    },
    5 * MINUTE,
  );

  onAws.each(modes)(
    "by Lambda's time-out is told as such, in %s",
    async (_name, options) => {
      await using m = await start({ ...inline, ...options });
      expect(await caught(m.functions.spin())).toBeInstanceOf(FaastTimeoutError);
    },
    5 * MINUTE,
  );

  onAws.each(modes.slice(0, 2))(
    "by Lambda's limit of memory is told as such, in %s",
    async (_name, options) => {
      await using m = await start({ ...inline, ...options, timeout: 60 });
      expect(await caught(m.functions.fill(600))).toBeInstanceOf(FaastOutOfMemoryError);
    },
    5 * MINUTE,
  );
});

describe("payloads", () => {
  it.each(modes)(
    "of every size arrive, in %s",
    async (_name, options) => {
      await using m = await start({ ...options, memorySize: 2_048, timeout: 240 });
      for (const size of [190_000, 260_000, 600_000, 1_048_576, 4_700_000, 6_300_000, 50_000_000]) {
        const echoed = (await m.functions.echo(new Uint8Array(size).fill(1))) as Uint8Array;
        expect(echoed.byteLength).toBe(size);
      }
    },
    10 * MINUTE,
  );

  it(
    "that a function stores first go to a bucket with the job's tags",
    async () => {
      await using m = await start();
      expect((await m.functions.bytes(8_000_000)).byteLength).toBe(8_000_000);
      expect(await leftOfJobs()).toEqual(
        expect.arrayContaining([expect.stringMatching(/^bucket /)]),
      );
    },
    MINUTE,
  );
});

describe("a stream", () => {
  it(
    "brings its items while they are made",
    async () => {
      await using m = await start();
      const ages: number[] = [];
      for await (const made of m.functions.paced(10, 1_000)) ages.push(Date.now() - made);
      // Kept back until the end, the first would be ten seconds old. Clocks may differ a little.
      expect(Math.max(...ages)).toBeLessThan(8_000);
    },
    2 * MINUTE,
  );
});

describe("dependencies", () => {
  onAws.each(["arm64", "x86_64"] as const)(
    "with native parts are installed for %s",
    async (architecture) => {
      const module = new URL("./image-functions.mjs", import.meta.url);
      const m = await faast<{ draw(width: number): Promise<string> }, typeof metered>(
        metered,
        module,
        { architecture, packageJson: { dependencies: { sharp: "^0.34.0" } } },
      );
      try {
        expect(await m.functions.draw(20)).toBe("png 20x10");
      } finally {
        await m.cleanup({ deleteCaches: true });
      }
    },
    15 * MINUTE,
  );
});

describe("permissions", () => {
  onAws(
    "of whoever runs this are found, and enough",
    async () => {
      const options = { ...defaults(), memorySize: 512 } as never;
      const { checks } = await metered.preflight!(options, AbortSignal.timeout(MINUTE));
      expect(checks.filter(({ status }) => status === "failure")).toEqual([]);
    },
    2 * MINUTE,
  );
});

/** The provider's own options, as they are where nothing is given. */
function defaults(): object {
  return Object.fromEntries(
    Object.entries(metered.options.own).map(([name, spec]) => [name, spec.default]),
  );
}
