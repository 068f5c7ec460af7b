import { executionPolicy, faastAws, type AwsOptions, type PolicyStatement } from "@faast/aws";
import { lookInto, onlyFunction, roleNames, warnings } from "./account.ts";
import { useEmulator, type Emulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";

const DEFAULT = "faast-cached-lambda-role";
let emulator: Emulator;
beforeEach(() => {
  emulator = useEmulator();
  Object.assign(process.env, emulator.env);
});

/** The role with which a job's function runs. */
async function roleOf(options: AwsOptions): Promise<string> {
  await using m = await faastAws(funcs, options);
  expect(await m.functions.hello("role")).toBe("hello role");
  const { Configuration } = await onlyFunction(emulator);
  return Configuration?.Role?.split("/").at(-1) ?? "";
}

/** A role's own policies, by name, and the ARNs of those that are attached to it. */
function policiesOf(RoleName: string) {
  return lookInto(emulator, async (clients) => {
    const iam = await clients.iam();
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
    const documents = PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName });
      return JSON.parse(decodeURIComponent(PolicyDocument)) as unknown;
    });
    return {
      own: await Promise.all(documents),
      attached: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
    };
  });
}

const reading: PolicyStatement = {
  Effect: "Allow",
  Action: ["s3:GetObject"],
  Resource: "arn:aws:s3:::my-images/*",
};

it("jobs without wishes share the role that may do least", async () => {
  expect(await roleOf({})).toBe(DEFAULT);
  expect(await roleOf({ rolePolicy: "least-privilege" })).toBe(DEFAULT);
  expect(await policiesOf(DEFAULT)).toEqual({ own: [executionPolicy()], attached: [] });
  const tags = await lookInto(emulator, async (clients) =>
    (await clients.iam()).listRoleTags({ RoleName: DEFAULT }),
  );
  expect(tags.Tags).toContainEqual({ Key: "faast:cache", Value: "role" });
});

it("statements of the user's make a role of their own, for all jobs with the same ones", async () => {
  const name = await roleOf({ policyStatements: [reading] });
  expect(name).toMatch(/^faast-cached-lambda-role-[\da-f]{16}$/);
  expect(await policiesOf(name)).toEqual({
    own: [executionPolicy({ policyStatements: [reading] })],
    attached: [],
  });
  expect(await roleOf({ policyStatements: [{ ...reading }] })).toBe(name);
  expect(await roleOf({ policyStatements: [{ ...reading, Resource: "*" }] })).not.toBe(name);
  expect(await roleNames(emulator)).toHaveLength(2); // and the default one was never made
}, 30_000);

it("a VPC makes a role that lets Lambda, and nobody else, make network interfaces", async () => {
  const vpc = { subnetIds: ["subnet-1", "subnet-2"], securityGroupIds: ["sg-1"] };
  await using m = await faastAws(funcs, { vpc });
  expect(m.provider).toBe("aws");
  const { Configuration } = await onlyFunction(emulator);
  expect(Configuration?.VpcConfig).toMatchObject({
    SubnetIds: vpc.subnetIds,
    SecurityGroupIds: vpc.securityGroupIds,
  });
  const name = Configuration?.Role?.split("/").at(-1) ?? "";
  expect(name).toMatch(/^faast-cached-lambda-role-[\da-f]{16}$/);
  const { own } = await policiesOf(name);
  expect(own).toEqual([executionPolicy({ vpc: true })]);
  expect(JSON.stringify(own)).toContain("ec2:CreateNetworkInterface");
  expect(JSON.stringify(executionPolicy())).not.toContain("ec2:");
});

it("administrators have a role of their own, which is warned of; the default one is never widened", async () => {
  using warned = warnings();
  expect(await roleOf({})).toBe(DEFAULT);
  expect(warned.texts).toEqual([]);
  const name = await roleOf({ rolePolicy: "administrator" });
  expect(name).toBe("faast-cached-lambda-role-administrator");
  expect(warned.texts.join()).toMatch(/role-administrator, which may do everything/);
  const { attached } = await policiesOf(name);
  expect(attached).toEqual(["arn:aws:iam::aws:policy/AdministratorAccess"]);
  expect(await policiesOf(DEFAULT)).toEqual({ own: [executionPolicy()], attached: [] });
  // One that has lost it gets it back.
  await lookInto(emulator, async (clients) =>
    (await clients.iam()).detachRolePolicy({ RoleName: name, PolicyArn: attached[0] }),
  );
  await roleOf({ rolePolicy: "administrator" });
  expect((await policiesOf(name)).attached).toEqual(attached);
}, 30_000);
