import { faastAws } from "@faast/aws";
import { expiredPolicy, jobPolicy, makePlan, sweep, type Plan } from "@faast/gc";
import type { AwsClients } from "../dist/infra/clients.js";
import { AwsCollector } from "../dist/leftovers/aws-collector.js";
import { ensureRole } from "../dist/infra/role.js";
import { ADMINISTRATOR_ROLE, administratorPolicy } from "../dist/policy/role-names.js";
import { LEASE_TIME } from "../dist/lease-time.js";
import { RENEWAL_INTERVAL, renewJobLease } from "../dist/leftovers/job-lease.js";
import { broken, denied, throttled } from "./aws-faults.ts";
import { startProxy, type Intercept, type Treatment } from "./emulator-proxy.ts";
import { useEmulator, type Emulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import {
  clientsOf,
  DAY,
  HOUR,
  layerMarker,
  plantDecoys,
  plantFunction,
  plantJob,
  plantLayer,
  type PlantedJob,
} from "./leftover-jobs.ts";
import { layersOf, resourcesOf } from "./leftovers.ts";

let emulator: Emulator;
let clients: AwsClients;
let collector: AwsCollector;
beforeEach(async () => {
  emulator = useEmulator(); // an account for each test
  clients = await clientsOf(emulator);
  collector = collectorAt();
});
afterEach(() => clients.destroy());

interface Scope {
  readonly endpoint?: string;
  readonly allRegions?: boolean;
  readonly caches?: boolean;
}

function collectorAt(options: Scope = {}): AwsCollector {
  const { endpoint = emulator.endpoint, allRegions = false, caches = false } = options;
  const clientConfig = { ...emulator.clientConfig, endpoint, maxAttempts: 1 };
  const { region } = emulator;
  return new AwsCollector({ region, clientConfig, allRegions, caches, haste: 100 });
}

/** Plants a job that has no function yet, beside the role that it is going to give to one. */
async function plantBeginning(where: AwsClients): Promise<void> {
  await ensureRole({ clients: where });
  const { name } = await plantJob(where, { created: 0, expires: HOUR });
  await (await where.lambda()).deleteFunction({ FunctionName: name });
}

/** What is to be deleted, in order, as `kind name`. */
function doomed({ deletions }: Plan): string[] {
  return deletions.map(({ resource: { kind, id } }) => `${kind} ${id.split(/[:/]/).at(-1)}`);
}

async function collect(): Promise<string[]> {
  const plan = await makePlan(collector, expiredPolicy());
  const { deleted, skipped, failed } = await sweep(collector, plan);
  expect([...skipped, ...failed]).toEqual([]);
  expect(deleted).toHaveLength(plan.deletions.length);
  return doomed(plan);
}

async function everything(): Promise<string[]> {
  return [...(await resourcesOf(emulator)), ...(await layersOf(emulator))].sort();
}

async function withProxy<T>(intercept: Intercept, run: (endpoint: string) => Promise<T>) {
  const proxy = await startProxy(emulator.endpoint, intercept);
  try {
    return await run(proxy.endpoint);
  } finally {
    await proxy.stop();
  }
}

describe("leftovers on AWS", () => {
  it("are looked for in an account and a region", async () => {
    expect(await collector.scope()).toBe(`${emulator.account}/us-west-2`);
    expect(await collectorAt({ allRegions: true }).scope()).toBe(`${emulator.account}/all regions`);
  });

  it("of a job that has ended are deleted: the function first, the log group last", async () => {
    const { name } = await plantJob(clients);
    const order = await collect();
    expect([...order].sort()).toEqual(
      [
        `bucket ${name}`,
        `function ${name}`,
        `log group ${name}`,
        `queue ${name}-control-1`,
        `queue ${name}-replies`,
        `topic ${name}-requests`,
      ].sort(),
    );
    expect([order[0], order.at(-1)]).toEqual([`function ${name}`, `log group ${name}`]);
    expect(await everything()).toEqual(["role faast-cached-lambda-role"]);
    expect(await collect()).toEqual([]);
  });

  it("of a job that died before it had a function are deleted, too", async () => {
    const { name } = await plantJob(clients);
    await (await clients.lambda()).deleteFunction({ FunctionName: name });
    expect(await collect()).toHaveLength(5);
    expect(await everything()).toEqual(["role faast-cached-lambda-role"]);
  });

  it("are all that is touched: not the living, and not what only looks like ours", async () => {
    await Promise.all([plantDecoys(clients), plantJob(clients, { created: 0, expires: DAY })]);
    const others = await everything();
    const dead = await Promise.all([plantJob(clients), plantJob(clients)]);
    const deleted = await collect();
    expect(deleted).toHaveLength(12);
    for (const each of deleted) {
      expect(dead.some(({ name }) => each.includes(name))).toBe(true);
    }
    expect(await everything()).toEqual(others);
  });

  it("are not what a job has that is older than its tags, and whose client lives", async () => {
    const { functionArn } = await plantJob(clients, { created: -9 * DAY, expires: -8 * DAY });
    await renewJobLease({ clients }, functionArn);
    const before = await everything();
    expect(await collect()).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it("are not what a client has that renews its lease", async () => {
    const { setInterval } = globalThis;
    const begun: { act: () => void; interval: number | undefined }[] = [];
    globalThis.setInterval = (act: () => void, interval?: number) => {
      begun.push({ act, interval });
      return setInterval(act, interval);
    };
    const { region, clientConfig } = emulator;
    const m = await faastAws(funcs, { region, clientConfig, gc: "off" });
    globalThis.setInterval = setInterval;
    try {
      const lambda = await clients.lambda();
      const { Functions: [found] = [] } = await lambda.listFunctions({});
      const Resource = found?.FunctionArn ?? "";
      const expires = async () => {
        const { Tags = {} } = await lambda.listTags({ Resource });
        return Date.parse(Tags["faast:expires"] ?? "");
      };
      expect(await expires()).toBeGreaterThan(Date.now() + LEASE_TIME / 2);
      await lambda.tagResource({ Resource, Tags: { "faast:expires": new Date(0).toISOString() } });
      const renewals = begun.filter(({ interval }) => interval === RENEWAL_INTERVAL);
      expect(renewals).toHaveLength(1);
      renewals[0]?.act();
      while ((await expires()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await expires()).toBeGreaterThan(Date.now() + LEASE_TIME / 2);
    } finally {
      await m.cleanup();
    }
  });

  it("are spared when the job's lease is renewed before they are deleted", async () => {
    const { functionArn } = await plantJob(clients);
    const before = await everything();
    const plan = await makePlan(collector, expiredPolicy());
    await renewJobLease({ clients }, functionArn);
    const { deleted, skipped } = await sweep(collector, plan);
    expect(deleted).toEqual([]);
    expect(skipped.map(({ reason }) => reason)).toContain("its lease has been renewed meanwhile");
    expect(await everything()).toEqual(before);
  });

  it("may be as old as clocks may differ", async () => {
    await plantJob(clients, { expires: -4 * 60_000 });
    expect(await collect()).toEqual([]);
  });

  it("of one job are deleted by its name, whatever its lease", async () => {
    await plantJob(clients, { created: 0, expires: DAY });
    const others = await everything();
    const { job } = await plantJob(clients, { created: 0, expires: DAY });
    const { failed } = await sweep(collector, await makePlan(collector, jobPolicy(job)));
    expect(failed).toEqual([]);
    expect(await everything()).toEqual(others);
  });

  it("do not include a bucket that somebody else has made by the same name since", async () => {
    const { name } = await plantJob(clients);
    const plan = await makePlan(collector, expiredPolicy());
    const s3 = await clients.s3();
    await s3.deleteBucketTagging({ Bucket: name });
    const { skipped } = await sweep(collector, plan);
    expect(skipped[0]).toMatchObject({ resource: { kind: "bucket" }, reason: /another's by now/ });
    expect(await everything()).toContain(`bucket ${name}`);
  });

  it("are deleted though some of them are gone when it comes to them", async () => {
    const { name, functionArn } = await plantJob(clients);
    const plan = await makePlan(collector, expiredPolicy());
    await (await clients.lambda()).deleteFunction({ FunctionName: functionArn });
    await (await clients.logs()).deleteLogGroup({ logGroupName: `/aws/lambda/${name}` });
    const { deleted, failed } = await sweep(collector, plan);
    expect(failed).toEqual([]);
    expect(deleted).toHaveLength(6);
    expect(await everything()).toEqual(["role faast-cached-lambda-role"]);
  });

  it("are deleted in the end, though requests fail, and answers are lost", async () => {
    await plantJob(clients);
    await plantLayer(clients, "faast-old", layerMarker(-HOUR));
    const treatments = new Map<string, Treatment[]>(
      [
        "lambda:DeleteFunction",
        "lambda:DeleteLayerVersion",
        "sqs:DeleteQueue",
        "sns:DeleteTopic",
        "s3:DeleteBucket",
        "s3:DeleteObjects",
        "logs:DeleteLogGroup",
      ].map((each) => [each, [throttled(each, ""), broken(each, ""), "reset", "lost"]]),
    );
    const faults: Intercept = (_, operation) => treatments.get(operation)?.shift();
    await withProxy(faults, async (endpoint) => {
      collector = collectorAt({ endpoint });
      const plan = await makePlan(collector, expiredPolicy());
      const report = await sweep(collector, plan, { retries: 8, backoff: 20 });
      expect({ ...report, deleted: report.deleted.length }).toEqual({
        deleted: 7,
        skipped: [],
        failed: [],
      });
    });
    expect([...treatments.values()].flat()).toEqual([]);
    expect(await everything()).toEqual(["role faast-cached-lambda-role"]);
  }, 60_000);

  it("include expired layers, but not those that functions have", async () => {
    const expired = layerMarker(-HOUR);
    const [unused, ofLiving, ofOthers, fresh] = await Promise.all([
      plantLayer(clients, "faast-unused", expired),
      plantLayer(clients, "faast-of-living", expired),
      plantLayer(clients, "faast-of-others", expired),
      plantLayer(clients, "faast-fresh", layerMarker(HOUR)),
    ]);
    const living = await plantJob(clients, {}, [ofLiving]);
    await renewJobLease({ clients }, living.functionArn);
    await plantFunction(clients, "site", {}, [ofOthers]);
    const unmarked = await plantLayer(clients, "faast-unused", "made by hand");
    expect(await collect()).toEqual([expect.stringMatching(/^layer /)]);
    expect(await layersOf(emulator)).toEqual(
      [fresh, ofLiving, ofOthers, unmarked].map((each) => `layer ${each}`).sort(),
    );
    expect(unmarked).not.toBe(unused);
    await endLease(living);
    expect(await collect()).toHaveLength(7);
  });

  it("are found however many there are", async () => {
    const { tags } = await plantJob(clients, { created: 0, expires: DAY });
    const logs = await clients.logs();
    const names = Array.from(
      { length: 120 },
      (_, i) => `/aws/lambda/faast-${tags["faast:job"]}-${i}`,
    );
    for (const logGroupName of names)
      await logs.createLogGroup({ logGroupName, tags: { ...tags } });
    const { kept } = await makePlan(collector, expiredPolicy());
    expect(kept.filter(({ resource }) => resource.kind === "log group")).toHaveLength(121);
  }, 60_000);

  it("have sizes and costs, where these are asked for", async () => {
    await plantJob(clients);
    const { deletions } = await makePlan(collector, expiredPolicy(), { details: true });
    const bucket = deletions.find(({ resource }) => resource.kind === "bucket")?.resource;
    expect(bucket).toMatchObject({ size: 1000, monthlyCost: (1000 / 2 ** 30) * 0.023 });
    for (const { resource } of deletions) expect(resource.monthlyCost).toBeGreaterThanOrEqual(0);
  });

  it("elsewhere are found only if all regions are looked at, and deleted there", async () => {
    const abroad = await clientsOf({ ...emulator, region: "eu-west-1" });
    try {
      const { name } = await plantJob(abroad);
      expect(await collect()).toEqual([]);
      collector = collectorAt({ allRegions: true });
      expect(await collect()).toContain(`bucket ${name}`);
      expect(await collect()).toEqual([]);
      expect((await (await abroad.lambda()).listFunctions({})).Functions).toEqual([]);
    } finally {
      abroad.destroy();
    }
  }, 60_000);

  it("in regions that the account has not enabled are not looked for", async () => {
    await plantJob(clients);
    const notEnabled: Intercept = ({ headers }) =>
      /\/af-south-1\//.test(headers.authorization ?? "")
        ? {
            status: 403,
            headers: { "x-amzn-errortype": "UnrecognizedClientException" },
            body: JSON.stringify({
              message: "The security token included in the request is invalid.",
            }),
          }
        : undefined;
    await withProxy(notEnabled, async (endpoint) => {
      collector = collectorAt({ endpoint, allRegions: true });
      expect(await collect()).toHaveLength(6);
    });
  }, 60_000);
});

describe("roles", () => {
  const role = "role faast-cached-lambda-role";
  const collectCaches = async () => {
    const plan = await makePlan(collector, expiredPolicy({ caches: true }));
    const { deleted, failed, skipped } = await sweep(collector, plan);
    expect([...failed, ...skipped]).toEqual([]);
    expect(deleted).toHaveLength(plan.deletions.length);
    const why = plan.kept.find(({ resource }) => resource.kind === "role")?.why;
    return { deleted: doomed(plan), why };
  };
  beforeEach(() => (collector = collectorAt({ allRegions: true, caches: true })));

  it("are deleted with their policies where that is asked for, and after the last function", async () => {
    await plantJob(clients);
    const administrator = { name: ADMINISTRATOR_ROLE, attachedPolicy: administratorPolicy("aws") };
    await ensureRole({ clients }, administrator);
    const { deleted } = await collectCaches();
    expect(deleted).toHaveLength(8);
    expect(deleted).toContain(`role ${ADMINISTRATOR_ROLE}`);
    expect(deleted.indexOf(role)).toBeGreaterThan(0);
    expect(await everything()).toEqual([]);
  }, 60_000);

  it("stay where nobody asks for caches, and are not looked for where it is not in all regions", async () => {
    await plantJob(clients);
    collector = collectorAt({ allRegions: true });
    await collect();
    collector = collectorAt({ caches: true });
    expect((await collectCaches()).deleted).toEqual([]);
    expect(await everything()).toEqual([role]);
  }, 60_000);

  it.each<[string, (abroad: AwsClients) => Promise<unknown>, RegExp]>([
    ["a job", (abroad) => plantJob(abroad, { created: 0, expires: DAY }), /needed by the function/],
    ["a job that is being deployed", plantBeginning, /it is in use/],
    ["a function that is not ours", (abroad) => plantFunction(abroad, "site"), /it is in use/],
  ])(
    "stay where %s has them, in whatever region",
    async (_what, plant, why) => {
      const abroad = await clientsOf({ ...emulator, region: "eu-west-1" });
      try {
        await plant(abroad);
        const collected = await collectCaches();
        expect(collected.deleted).toEqual([]);
        expect(collected.why).toMatch(why);
        expect(await everything()).toContain(role);
      } finally {
        abroad.destroy();
      }
    },
    60_000,
  );

  it("stay where a function has them that was made while somebody thought about it", async () => {
    await plantJob(clients);
    const plan = await makePlan(collector, expiredPolicy({ caches: true }));
    expect(doomed(plan)).toContain(role);
    const abroad = await clientsOf({ ...emulator, region: "eu-west-1" });
    await plantJob(abroad, { created: 0, expires: DAY });
    abroad.destroy();
    const { skipped, failed } = await sweep(collector, plan);
    expect(failed).toEqual([]);
    expect(skipped).toMatchObject([
      { resource: { kind: "role" }, reason: expect.stringMatching(/eu-west-1:.* has it by now/) },
    ]);
    const { Role } = await (await clients.iam()).getRole({ RoleName: "faast-cached-lambda-role" });
    const policies = await (await clients.iam()).listRolePolicies({ RoleName: Role?.RoleName });
    expect(policies.PolicyNames).toHaveLength(1);
  }, 60_000);

  it("stay if they are not ours, whatever their name", async () => {
    const iam = await clients.iam();
    const trust = { Version: "2012-10-17", Statement: [] };
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    const create = (RoleName: string, Tags: { Key: string; Value: string }[] = []) =>
      iam.createRole({ RoleName, AssumeRolePolicyDocument, Tags });
    const own = [
      { Key: "faast:cache", Value: "role" },
      { Key: "faast:created", Value: new Date().toISOString() },
    ];
    await create("faast-cached-lambda-role-mine");
    await create("faast-cached-lambda-roles", own);
    await create("my-faast-cached-lambda-role", own);
    expect((await collectCaches()).deleted).toEqual([]);
    expect((await iam.listRoles({})).Roles).toHaveLength(3);
  }, 60_000);

  it("stay where a region could not be looked at", async () => {
    await plantJob(clients);
    const withheld: Intercept = ({ headers }, operation) =>
      operation === "lambda:ListFunctions" && /\/eu-west-1\//.test(headers.authorization ?? "")
        ? denied(operation, emulator.account)
        : undefined;
    await withProxy(withheld, async (endpoint) => {
      collector = collectorAt({ endpoint, allRegions: true, caches: true });
      expect((await collectCaches()).deleted).toHaveLength(6);
    });
    expect(await everything()).toEqual([role]);
  }, 60_000);
});

describe("a listing that is not complete", () => {
  it.each([
    "lambda:ListFunctions",
    "lambda:GetFunction",
    "sqs:ListQueues",
    "sqs:ListQueueTags",
    "sns:ListTopics",
    "sns:ListTagsForResource",
    "s3:ListBuckets",
    "s3:GetBucketTagging",
    "lambda:ListLayers",
    "logs:DescribeLogGroups",
    "logs:ListTagsForResource",
  ])("since %s is denied or fails, deletes nothing", async (operation) => {
    await plantJob(clients);
    const before = await everything();
    for (const fault of [denied, broken]) {
      const intercept: Intercept = (_, each) =>
        each === operation ? fault(operation, emulator.account) : undefined;
      await withProxy(intercept, async (endpoint) => {
        const planned = makePlan(collectorAt({ endpoint }), expiredPolicy());
        await expect(planned).rejects.toThrow(`AWS operation ${operation} failed`);
      });
    }
    expect(await everything()).toEqual(before);
  });

  it("since tags of functions are withheld, deletes nothing: a living job would look dead", async () => {
    const { functionArn } = await plantJob(clients);
    await renewJobLease({ clients }, functionArn);
    const withheld: Intercept = (_, operation) => {
      if (operation === "lambda:ListTags") return denied(operation, emulator.account);
      if (operation !== "lambda:GetFunction") return undefined;
      return { status: 200, headers: {}, body: JSON.stringify({ Configuration: {} }) };
    };
    await withProxy(withheld, async (endpoint) => {
      const planned = makePlan(collectorAt({ endpoint }), expiredPolicy());
      await expect(planned).rejects.toThrow('permission "lambda:ListTags" is missing');
    });
  });
});

async function endLease({ functionArn }: PlantedJob): Promise<void> {
  const expires = new Date(Date.now() - DAY).toISOString();
  const lambda = await clients.lambda();
  await lambda.tagResource({ Resource: functionArn, Tags: { "faast:expires": expires } });
}
