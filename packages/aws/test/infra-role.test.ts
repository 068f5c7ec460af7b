import { FaastCreateFunctionError } from "@faast/core";
import { createAwsClients, type AwsScope } from "../dist/infra/clients.js";
import { ensureRole, findRole } from "../dist/infra/role.js";
import { useEmulator } from "./emulator.ts";
import { CACHED_ROLE, expectNothingLeft, resourcesOf } from "./leftovers.ts";

const emulator = useEmulator();
let scope: AwsScope;

beforeAll(async () => {
  scope = { clients: await createAwsClients(emulator) };
});
afterAll(() => scope.clients.destroy());

async function policyOf(name: string) {
  const iam = await scope.clients.iam();
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: name });
  const documents = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName: name, PolicyName });
    return decodeURIComponent(PolicyDocument);
  });
  return Promise.all(documents);
}

describe("the role for functions", () => {
  it("is made once, whoever asks at the same time", async () => {
    const others = await Promise.all([0, 1, 2].map(() => createAwsClients(emulator)));
    const arns = await Promise.all(
      [scope.clients, ...others, ...others].map((clients) => ensureRole({ clients })),
    );
    for (const each of others) each.destroy();
    expect(new Set(arns)).toEqual(
      new Set([`arn:aws:iam::${emulator.account}:role/faast-cached-lambda-role`]),
    );
    expect(await resourcesOf(emulator)).toEqual([CACHED_ROLE]);
    await expectNothingLeft(emulator);
  });

  it("may do what functions need, on what bears the name of a job, and no more", async () => {
    await ensureRole(scope);
    const [text = "", ...more] = await policyOf("faast-cached-lambda-role");
    expect(more).toEqual([]);
    const { Statement } = JSON.parse(text) as {
      Statement: { Effect: string; Action: string[]; Resource: string }[];
    };
    for (const { Effect, Action, Resource } of Statement) {
      expect(Effect).toBe("Allow");
      expect(Resource).toContain("faast-");
      for (const action of Action) expect(action).toMatch(/^(logs|sqs|s3):\w+$/);
    }
    expect(text).not.toMatch(/CreateQueue|DeleteQueue|DeleteBucket|CreateLogGroup|iam:|lambda:/);
  });

  it("gets back the permissions that it has lost", async () => {
    const name = "faast-role-repaired";
    await ensureRole(scope, { name });
    const [document] = await policyOf(name);
    const iam = await scope.clients.iam();
    const { PolicyNames: [PolicyName] = [] } = await iam.listRolePolicies({ RoleName: name });
    await iam.deleteRolePolicy({ RoleName: name, PolicyName });
    await ensureRole(scope, { name });
    expect(await policyOf(name)).toEqual([document]);
  });
});

describe("a role of the user's own", () => {
  const trust = (service: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });

  it("is left as it is", async () => {
    const iam = await scope.clients.iam();
    const { Role } = await iam.createRole({
      RoleName: "mine",
      AssumeRolePolicyDocument: trust("lambda.amazonaws.com"),
    });
    expect(await findRole(scope, "mine")).toBe(Role?.Arn);
    expect(await policyOf("mine")).toEqual([]);
  });

  it("is named in the error where it does not exist", async () => {
    const missing = findRole(scope, "not-there");
    await expect(missing).rejects.toBeInstanceOf(FaastCreateFunctionError);
    await expect(missing).rejects.toThrow('no IAM role "not-there"');
  });

  it("is refused where Lambda could never use it", async () => {
    const iam = await scope.clients.iam();
    await iam.createRole({
      RoleName: "for-ec2",
      AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
    });
    await expect(findRole(scope, "for-ec2")).rejects.toThrow("trust policy");
  });
});
