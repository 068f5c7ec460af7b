import { FaastOptionsError } from "@faast/core";
import { faastAws, type AwsOptions } from "@faast/aws";
import { warnings } from "./account.ts";
import { startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import { caught } from "./modes.ts";

const emulator = useEmulator();
const functions = new URL("./fixtures/functions.ts", import.meta.url);

const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" } as const;
const subnets = { subnetIds: ["subnet-1"] };
const groups = { securityGroupIds: ["sg-1"] };
const raw = (options: object) => ({ awsLambdaOptions: options as AwsOptions["awsLambdaOptions"] });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `subnet-${index}`);

describe("options that AWS would refuse, or that do not go together, are refused before it is asked", () => {
  const requests: (string | undefined)[] = [];
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  beforeAll(async () => {
    proxy = await startProxy(emulator.endpoint, ({ url }) => void requests.push(url));
  });
  afterAll(() => proxy.stop());

  it.each<[string, object, RegExp]>([
    ["too little storage", { ephemeralStorageSize: 511 }, /"ephemeralStorageSize".* from 512 to/],
    ["too much storage", { ephemeralStorageSize: 10_241 }, /"ephemeralStorageSize"/],
    ["half a MB", { ephemeralStorageSize: 600.5 }, /"ephemeralStorageSize"/],
    ["a reservation below 0", { reservedConcurrency: -1 }, /"reservedConcurrency"/],
    ["a VPC without groups", { vpc: subnets }, /"vpc".*securityGroupIds/],
    ["a VPC without subnets", { vpc: { subnetIds: [], ...groups } }, /"vpc"/],
    ["a VPC of names", { vpc: { subnetIds: ["private"], ...groups } }, /"vpc"/],
    ["a VPC with too many subnets", { vpc: { subnetIds: ids(17), ...groups } }, /"vpc"/],
    ["a VPC with more to it", { vpc: { ...subnets, ...groups, id: "vpc-1" } }, /"vpc"/],
    ["a runtime whose time is over", { runtime: "nodejs20.x" }, /"runtime".*nodejs24\.x/],
    ["an unknown role policy", { rolePolicy: "root" }, /"rolePolicy"/],
    ["a role without a name", { RoleName: "" }, /"RoleName" must not be empty/],
    ["statements that are none", { policyStatements: ["s3:GetObject"] }, /"policyStatements"/],
    [
      "a statement without a resource",
      { policyStatements: [{ Effect: "Allow", Action: "s3:GetObject" }] },
      /"policyStatements"/,
    ],
    [
      "a statement of a resource's policy",
      { policyStatements: [{ ...statement, Principal: "*" }] },
      /"policyStatements"/,
    ],
    [
      "more statements than a role takes",
      { policyStatements: Array.from({ length: 200 }, () => statement) },
      /policy of \d+ characters, and IAM takes 10240/,
    ],
    [
      "statements for a role of one's own",
      { RoleName: "mine", policyStatements: [statement] },
      /"RoleName" and "policyStatements" exclude each other.*Add the statements to the role "mine"/,
    ],
    [
      "an administrator's role of one's own",
      { RoleName: "mine", rolePolicy: "administrator" },
      /"RoleName" and rolePolicy: "administrator" exclude/,
    ],
    [
      "an administrator with statements",
      { rolePolicy: "administrator", policyStatements: [statement] },
      /an administrator may do everything/,
    ],
    ["notifications by default", { queueDispatch: "sns" }, /mode: "queue"/],
    ["notifications by https", { queueDispatch: "sns", mode: "https" }, /mode: "queue"/],
    [
      "a region for the clients alone",
      { clientConfig: { region: "eu-west-1" } },
      /"clientConfig" must not have "region".*Use the option "region"/,
    ],
    ["a long description", { description: "x".repeat(257) }, /"description" has 257 characters/],
    [
      "another name",
      raw({ FunctionName: "mine" }),
      /must not have FunctionName: use the job's own/,
    ],
    ["other code", raw({ Code: {} }), /Code: use the module/],
    ["another handler", raw({ Handler: "a.b" }), /Handler: use the module's functions/],
    ["a raw role", raw({ Role: "arn" }), /Role: use the option "RoleName"/],
    ["a raw runtime", raw({ Runtime: "nodejs22.x" }), /use the option "runtime"/],
    ["a raw VPC", raw({ VpcConfig: {} }), /use the option "vpc"/],
    ["raw memory", raw({ MemorySize: 128 }), /use the option "memorySize"/],
    ["raw storage", raw({ EphemeralStorage: {} }), /use the option "ephemeralStorageSize"/],
    ["tenants", raw({ TenancyConfig: {} }), /TenancyConfig: .* calls name none/],
    [
      "servers of one's own",
      raw({ CapacityProviderConfig: {} }),
      /calls go to the unpublished one/,
    ],
    ["a misspelt input", raw({ layers: [] }), /knows no such input.*Layers is meant/],
    ["an unknown input", raw({ Colour: "red" }), /knows no such input/],
    ["a log group", raw({ LoggingConfig: { LogGroup: "x" } }), /LoggingConfig\.LogGroup/],
    ["too many layers", raw({ Layers: ids(6) }), /Layers: Lambda takes a list of at most 5/],
    [
      "a layer too many for packages",
      { ...raw({ Layers: ids(5) }), packageJson: { dependencies: { tslib: "2.8.1" } } },
      /Layers: Lambda takes a list of at most 4 .* beside the layer of the option "packageJson"/,
    ],
    ["the job's own tags", raw({ Tags: { "faast:job": "x" } }), /Tags\["faast:job"\]/],
  ])("%s", async (_name, wrong, message) => {
    const { clientConfig, ...others } = wrong as AwsOptions;
    const { endpoint } = proxy;
    const options = { clientConfig: { ...emulator.clientConfig, endpoint, ...clientConfig } };
    const error = await caught(faastAws(functions, { ...others, ...options }));
    expect(error).toBeInstanceOf(FaastOptionsError);
    expect((error as Error).message).toMatch(message);
    expect(requests).toEqual([]);
  });
});

it("a reservation that is smaller than the concurrency is warned of, where calls would be refused", async () => {
  const { clientConfig, region } = emulator;
  const options = { reservedConcurrency: 5, RoleName: "not-there", clientConfig, region };
  using warned = warnings();
  await caught(faastAws(functions, { ...options, concurrency: 5 }));
  await caught(faastAws(functions, { ...options, mode: "queue" }));
  expect(warned.texts).toEqual([]);
  await caught(faastAws(functions, options));
  expect(warned.texts.join()).toMatch(/"concurrency" is 100, and "reservedConcurrency" 5/);
});
