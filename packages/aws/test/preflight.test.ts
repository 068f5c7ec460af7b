import type { AwsScope } from "../dist/infra/clients.js";
import { clockCheck } from "../dist/preflight/clock-check.js";
import { quotaChecks } from "../dist/preflight/account-checks.js";
import { roleCheck } from "../dist/preflight/role-check.js";
import { runtimeCheck } from "../dist/preflight/runtime-check.js";

describe("the runtime", () => {
  it.each([
    ["nodejs24.x", "2026-11-22", "ok"],
    ["nodejs22.x", "2026-09-01", "ok"],
    ["nodejs22.x", "2027-03-01", "warning"], // its end is near
    ["nodejs22.x", "2027-04-30", "warning"], // it has come
    ["nodejs20.x", "2026-08-30", "warning"],
    ["nodejs20.x", "2026-08-31", "failure"],
    ["nodejs99.x", "2026-11-22", "warning"],
  ])("%s on %s: %s", (runtime, day, status) => {
    const check = runtimeCheck(runtime, new Date(day));
    expect(check).toMatchObject({
      name: "runtime",
      status,
      found: expect.stringContaining(runtime),
    });
    expect(check.advice === undefined).toBe(status === "ok");
  });
});

describe("the role", () => {
  const iam = {
    getRole: () => Promise.reject(Object.assign(new Error("none"), { name: "NoSuchEntity" })),
  };
  const clients = { region: "eu-central-1", iam: () => Promise.resolve(iam) };
  const scope = { clients } as unknown as AwsScope;
  const plain = {
    RoleName: "faast-cached-lambda-role",
    rolePolicy: "least-privilege" as const,
    policyStatements: [],
  };
  const reading = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" } as const;

  it.each([
    [plain, /^faast-cached-lambda-role is made/],
    [{ ...plain, rolePolicy: "administrator" as const }, /^\S+-role-administrator is made/],
    [{ ...plain, policyStatements: [reading] }, /^\S+-role-[\da-f]{16} is made/],
    [{ ...plain, vpc: { subnetIds: [], securityGroupIds: [] } }, /-role-[\da-f]{16} is made/],
  ])("is that of jobs with the same options: %j", async (options, found) => {
    expect(await roleCheck(scope, options)).toMatchObject({
      status: "ok",
      found: expect.stringMatching(found),
    });
  });

  it("must exist where it is the user's own", async () => {
    expect(await roleCheck(scope, { ...plain, RoleName: "ours" })).toMatchObject({
      status: "failure",
      found: "ours",
    });
  });
});

describe("the clock", () => {
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);
  it("agrees within what a service tells of its time", () => {
    const check = clockCheck({ sent: at(10), answered: at(12), serverTime: at(0) });
    expect(check).toMatchObject({ status: "ok" });
  });
  it.each([
    [-3600, "3600 s behind AWS's", /refuses requests/],
    [120, "120 s ahead of AWS's", /leases/],
  ])("that is %d s off is told of", (skew, found, advice) => {
    const check = clockCheck({ sent: at(skew), answered: at(skew), serverTime: at(0) });
    expect(check).toMatchObject({
      status: "warning",
      found,
      advice: expect.stringMatching(advice),
    });
  });
});

describe("the account's quotas", () => {
  const account = (concurrent: number, unreserved = concurrent, code = 0) => ({
    AccountLimit: {
      ConcurrentExecutions: concurrent,
      UnreservedConcurrentExecutions: unreserved,
      TotalCodeSize: 80_000_000_000,
    },
    AccountUsage: { TotalCodeSize: code },
  });
  const statuses = (...args: Parameters<typeof quotaChecks>) =>
    Object.fromEntries(quotaChecks(...args).map(({ name, status }) => [name, status]));
  const wishes = { concurrency: 100, memorySize: 1728 };

  it("suffice in an ordinary account", () => {
    expect(statuses(account(1000), wishes)).toEqual({
      concurrency: "ok",
      ramp: "ok",
      "code storage": "ok",
    });
  });
  it("are told of where they are those of a new account", () => {
    const checks = quotaChecks(account(10), { concurrency: 100, memorySize: 10_240 });
    expect(checks[0]).toMatchObject({
      status: "warning",
      advice: expect.stringContaining("beyond 10"),
    });
    expect(checks.map(({ name }) => name)).toContain("memory");
  });
  it("may be spent on functions with reserved concurrency", () => {
    expect(statuses(account(1000, 50), wishes).concurrency).toBe("warning");
    expect(statuses(account(1000, 0), wishes).concurrency).toBe("failure");
  });
  it("tell how soon so many calls run", () => {
    const ramp = (concurrency: number, limit: number) =>
      quotaChecks(account(limit), { concurrency, memorySize: 1728 })[1]?.found;
    expect(ramp(500, 1000)).toBe("500 calls at once from the start");
    expect(ramp(5000, 10_000)).toMatch(/^5000 calls at once after about 40 s/);
    expect(ramp(5000, 2000)).toMatch(/^2000 calls at once after about 10 s/);
    expect(ramp(0, 3000)).toMatch(/^3000 calls at once after about 20 s/);
  });
  it("include the storage for code", () => {
    expect(statuses(account(1000, 1000, 79_000_000_000), wishes)["code storage"]).toBe("warning");
    expect(statuses(account(1000, 1000, 80_000_000_000), wishes)["code storage"]).toBe("failure");
  });
});
