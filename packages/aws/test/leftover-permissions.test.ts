import { readFileSync } from "node:fs";
import {
  callerPolicy,
  collectionPolicy,
  faastAws,
  provider,
  roleCollectionPolicy,
  type AwsOptions,
  type PolicyDocument,
} from "@faast/aws";
import { expiredPolicy, makePlan, sweep } from "@faast/gc";
import { startEmulator, type RunningEmulator } from "../../../scripts/aws-emulator.mjs";
import type { AwsClients } from "../dist/infra/clients.js";
import { ensureRole } from "../dist/infra/role.js";
import { AwsCollector } from "../dist/leftovers/aws-collector.js";
import { preflightPolicy } from "../dist/policy/preflight-policy.js";
import { preflight } from "../dist/preflight/preflight.js";
import { accountOf, type Emulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { clientsOf, plantJob } from "./leftover-jobs.ts";
import { CACHED_ROLE, resourcesOf } from "./leftovers.ts";

/** An emulator that holds everyone to the policies. */
let strict: RunningEmulator;
let emulator: Emulator;
let administrator: AwsClients;
beforeAll(async () => {
  strict = await startEmulator({ env: { AUTH: "true" } });
  emulator = accountOf(strict.endpoint);
  administrator = await clientsOf(emulator);
});
afterAll(async () => {
  administrator.destroy();
  await strict.stop();
});

/** Where the emulator is stricter than AWS: it does not see of which function or topic it is asked. */
const emulatorOnly = ["lambda:CreateFunction", "sns:ListTagsForResource"];

/** Client configuration for whoever may do what the policies say. */
async function asUser(name: string, ...policies: readonly PolicyDocument[]) {
  const iam = await administrator.iam();
  await iam.createUser({ UserName: name });
  for (const [i, { Statement, ...others }] of policies.entries()) {
    // The emulator knows no conditions, and takes none of them for met.
    const known = Statement.map(({ Condition: _condition, ...statement }) => statement);
    const actions = known.flatMap(({ Action = [] }) => Action);
    const Action = emulatorOnly.filter((each) => actions.includes(each));
    if (Action.length > 0) known.push({ Effect: "Allow", Action, Resource: "*" });
    await iam.putUserPolicy({
      UserName: name,
      PolicyName: `policy-${i}`,
      PolicyDocument: JSON.stringify({ ...others, Statement: known }),
    });
  }
  const { AccessKey } = await iam.createAccessKey({ UserName: name });
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  const { endpoint } = emulator;
  return { endpoint, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
}

function collectorOf(
  clientConfig: Awaited<ReturnType<typeof asUser>>,
  { caches = false } = {},
): AwsCollector {
  const where = { region: emulator.region, allRegions: caches, caches };
  return new AwsCollector({ ...where, clientConfig, haste: 100 });
}

async function sweepEverything(): Promise<void> {
  const collector = collectorOf({ ...emulator.clientConfig, maxAttempts: 1 });
  const { deleted } = await sweep(collector, await makePlan(collector, expiredPolicy()));
  expect(deleted.length).toBeGreaterThan(0);
}

function without(policy: PolicyDocument, ...actions: readonly string[]): PolicyDocument {
  const statements = policy.Statement.map((each) => ({
    ...each,
    Action: [each.Action ?? []].flat().filter((action) => !actions.includes(action)),
  }));
  return { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) };
}

describe("the policy for collecting leftovers", () => {
  it("is the one that the documentation has", () => {
    const page = readFileSync(new URL("../../../docs/leftovers-aws.md", import.meta.url), "utf8");
    const block = /```json\n([^]*?)```/.exec(page)?.[1] ?? "";
    expect(JSON.parse(block)).toEqual(collectionPolicy());
  });

  it("is enough, by itself", async () => {
    const collector = collectorOf(await asUser("sweeper", collectionPolicy()));
    await plantJob(administrator);
    const plan = await makePlan(collector, expiredPolicy(), { details: true });
    const { deleted, failed } = await sweep(collector, plan);
    expect(failed).toEqual([]);
    expect(deleted).toHaveLength(6);
    expect(await resourcesOf(emulator)).toEqual([CACHED_ROLE]);
  });

  it("and the one for roles are enough to delete those, too", async () => {
    const policies = [collectionPolicy(), roleCollectionPolicy()];
    const collector = collectorOf(await asUser("last", ...policies), { caches: true });
    await plantJob(administrator);
    const { deleted, failed } = await sweep(
      collector,
      await makePlan(collector, expiredPolicy({ caches: true })),
    );
    expect(failed).toEqual([]);
    expect(deleted).toHaveLength(7);
    expect(await resourcesOf(emulator)).toEqual([]);
    await ensureRole({ clients: administrator });
  }, 60_000);

  it.each(["sqs:ListQueueTags", "s3:ListAllMyBuckets", "logs:DescribeLogGroups"])(
    "without %s deletes nothing, and says what is missing",
    async (action) => {
      const policy = without(collectionPolicy(), action);
      const collector = collectorOf(await asUser(`without-${action.split(":")[1]}`, policy));
      await plantJob(administrator);
      await expect(makePlan(collector, expiredPolicy())).rejects.toThrow(
        `The permission "${action}" is missing`,
      );
      await sweepEverything();
    },
  );

  it("where it lacks a deletion, all else goes, and the report says what is missing", async () => {
    const policy = without(collectionPolicy(), "sqs:DeleteQueue");
    const collector = collectorOf(await asUser("careful", policy));
    const { name } = await plantJob(administrator);
    const plan = await makePlan(collector, expiredPolicy());
    const { failed, skipped } = await sweep(collector, plan);
    expect(failed.map(({ reason, attempts }) => [reason, attempts])).toEqual(
      Array(2).fill([expect.stringContaining('permission "sqs:DeleteQueue" is missing'), 1]),
    );
    expect(skipped.map(({ resource }) => resource.kind)).toEqual(["log group"]);
    expect(await resourcesOf(emulator)).toEqual([
      `log group /aws/lambda/${name}`,
      `queue ${name}-control-1`,
      `queue ${name}-replies`,
      CACHED_ROLE,
    ]);
    await sweepEverything();
  });
});

it("who may run jobs and collect nothing runs jobs as ever", async () => {
  const clientConfig = await asUser("ada", callerPolicy());
  const { emitWarning } = process;
  const warned: unknown[] = [];
  process.emitWarning = (warning: unknown) => void warned.push(warning);
  try {
    const m = await faastAws(funcs, { region: emulator.region, clientConfig, gc: "force" });
    expect(await m.functions.hello("ada")).toMatch(/ada/);
    await m.cleanup();
  } finally {
    process.emitWarning = emitWarning;
  }
  expect(warned).toEqual([]);
});

describe("preflight", () => {
  const options = {
    region: "us-west-2",
    runtime: "nodejs24.x",
    concurrency: 100,
    memorySize: 1728,
    RoleName: "faast-cached-lambda-role",
    rolePolicy: "least-privilege",
    policyStatements: [],
    vpc: undefined,
  } as unknown as Required<AwsOptions>;
  const look = async (more: Partial<AwsOptions>) => {
    const { checks } = await preflight({ ...options, ...more }, AbortSignal.timeout(30_000));
    return Object.fromEntries(checks.map(({ name, ...each }) => [name, each]));
  };

  it("finds nothing amiss where all is well", async () => {
    const policies = [callerPolicy(), collectionPolicy(), preflightPolicy];
    const checks = await look({ clientConfig: await asUser("bea", ...policies) });
    expect(Object.entries(checks).filter(([, { status }]) => status !== "ok")).toEqual([]);
    expect(checks.credentials?.found).toBe(`arn:aws:iam::${emulator.account}:user/bea`);
    expect(checks).toHaveProperty("clock");
    expect(checks).toHaveProperty("permissions for leftovers");
  });

  it("names what is missing", async () => {
    const lacking = without(callerPolicy(), "sqs:CreateQueue");
    const some = await look({ clientConfig: await asUser("cid", lacking, preflightPolicy) });
    expect(some.permissions).toMatchObject({
      status: "warning", // jobs in https mode run without it
      found: expect.stringMatching(/^1 of \d+ are missing: sqs:CreateQueue$/),
    });
    expect(some["permissions for leftovers"]?.status).toBe("warning");
    const most = without(callerPolicy(), "lambda:CreateFunction");
    const none = await look({ clientConfig: await asUser("dan", most, preflightPolicy) });
    expect(none.permissions?.status).toBe("failure");
  });

  it("says what could not be looked at", async () => {
    const checks = await look({ clientConfig: await asUser("eve", callerPolicy()) });
    expect(checks.permissions).toMatchObject({
      status: "warning",
      found: expect.stringContaining("not permitted"),
      advice: expect.stringContaining("iam:SimulatePrincipalPolicy"),
    });
  });

  it("tells of a role that is not there", async () => {
    const { clientConfig } = emulator;
    const checks = await look({ clientConfig, RoleName: "missing" });
    expect(checks["execution role"]).toMatchObject({
      status: "failure",
      advice: expect.stringContaining('no IAM role "missing"'),
    });
  });

  it("tells of credentials that are not accepted, or of nobody to ask", async () => {
    const credentials = { accessKeyId: "AKIA0000000000000000", secretAccessKey: "no" };
    const { endpoint } = emulator;
    const refused = await look({ clientConfig: { endpoint, credentials } });
    expect(refused.credentials).toMatchObject({ status: "failure", found: "not accepted by AWS" });
    const nowhere = { endpoint: "http://127.0.0.1:9", credentials, maxAttempts: 1 };
    const silent = await look({ clientConfig: nowhere });
    expect(silent.credentials?.found).toMatch(/could not be asked/);
  });
});

it("the provider's policies are for jobs, functions, leftovers, roles and the doctor", async () => {
  const given = { RoleName: "faast-cached-lambda-role", policyStatements: [], region: "" };
  const documents = await provider.policies?.(given as unknown as never);
  expect(documents?.map(({ name }) => name)).toEqual([
    "jobs",
    "functions",
    "functions-trust",
    "leftovers",
    "roles",
    "doctor",
  ]);
  expect(documents?.[3]?.document).toEqual(collectionPolicy());
});
