import { readFileSync } from "node:fs";
import { callerPolicy, faastAws, type PolicyDocument } from "@faast/aws";
import { startEmulator, type RunningEmulator } from "../../../scripts/aws-emulator.mjs";
import { warnings } from "./account.ts";
import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import { DependencyProject, layersIn } from "./dependency-project.ts";
import { accountOf, type Emulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft, resourcesOf } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

interface Policy {
  Statement: { Effect: string; Action: string[]; Resource: string | string[] }[];
}

/**
 * Where the emulator is stricter than AWS: it does not look at the name of a function that is to be
 * created, and takes `PutFunctionEventInvokeConfig` and `ListLayerVersions` for other actions.
 */
const emulatorOnly = ["lambda:CreateFunction", "lambda:ListLayers", "lambda:UpdateFunctionCode"];

function asEmulatorNeeds({ Statement, ...others }: PolicyDocument): string {
  const extra = { Effect: "Allow", Action: emulatorOnly, Resource: "*" };
  // It knows no conditions of IAM's own, and takes none of them for met.
  const known = Statement.map(({ Condition: _condition, ...statement }) => statement);
  return JSON.stringify({ ...others, Statement: [...known, extra] });
}

/** The policy that the documentation tells users to have, less some actions. */
function documentedPolicy(...lacking: string[]): string {
  const page = readFileSync(new URL("../../../docs/aws.md", import.meta.url), "utf8");
  const block = /```json\n([^]*?)```/.exec(page)?.[1] ?? "";
  const policy = JSON.parse(asEmulatorNeeds(JSON.parse(block))) as Policy;
  for (const statement of policy.Statement)
    statement.Action = statement.Action.filter((each) => !lacking.includes(each));
  policy.Statement = policy.Statement.filter(({ Action }) => Action.length > 0);
  return JSON.stringify(policy);
}

/** An emulator that holds everyone to the policies. */
let strict: RunningEmulator;
let emulator: Emulator;
let administrator: AwsClients;
beforeAll(async () => {
  strict = await startEmulator({ env: { AUTH: "true" } });
  emulator = accountOf(strict.endpoint);
  Object.assign(process.env, emulator.env);
  administrator = await createAwsClients(emulator);
});
afterAll(async () => {
  administrator.destroy();
  await strict.stop();
});

/** Options for whoever may do what the policy says. */
async function asUser(name: string, policy: string) {
  const iam = await administrator.iam();
  await iam.createUser({ UserName: name });
  await iam.putUserPolicy({ UserName: name, PolicyName: "own", PolicyDocument: policy });
  const { AccessKey } = await iam.createAccessKey({ UserName: name });
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  const { endpoint } = emulator;
  return { clientConfig: { endpoint, credentials: { accessKeyId, secretAccessKey } } };
}

it("the documented policy is enough for every mode, and for what has to be removed", async () => {
  const user = await asUser("ada", documentedPolicy());
  for (const [, options] of modes) {
    {
      await using m = await faastAws(funcs, { ...options, ...user });
      const bytes = new Uint8Array(8 << 20).fill(1);
      expect(await m.functions.byteLength(bytes)).toBe(8 << 20);
      expect(((await m.functions.echo(bytes)) as Uint8Array).byteLength).toBe(8 << 20);
      const talk = m.functions.talk();
      await talk.next();
      expect(await talk.next("one")).toEqual({ value: "heard one", done: false });
      expect(await talk.return("enough")).toEqual({ value: "enough", done: true });
    }
    await expectNothingLeft(emulator);
  }
}, 120_000);

it("the documented policy is enough for a role with statements of one's own, and a reservation", async () => {
  const user = await asUser("cleo", documentedPolicy());
  const policyStatements = [{ Effect: "Allow", Action: "sqs:ListQueues", Resource: "*" }] as const;
  for (let times = 0; times < 2; times++) {
    await using m = await faastAws(funcs, {
      policyStatements,
      reservedConcurrency: 2,
      concurrency: 2,
      ...user,
    });
    expect(await m.functions.hello("policy")).toBe("hello policy");
  }
  const role = /^role faast-cached-lambda-role-[\da-f]{16}$/;
  expect((await resourcesOf(emulator)).filter((each) => role.test(each))).toHaveLength(1);
});

it("administrators' functions need more, and say what", async () => {
  using warned = warnings();
  const user = await asUser("dora", documentedPolicy());
  const error = await caught(faastAws(funcs, { rolePolicy: "administrator", ...user }));
  expect((error as Error).message).toContain('permission "iam:AttachRolePolicy" is missing');
  const policy = callerPolicy({ rolePolicy: "administrator" });
  const enough = await asUser("emma", asEmulatorNeeds(policy));
  await using m = await faastAws(funcs, { rolePolicy: "administrator", ...enough });
  expect(await m.functions.hello("administrator")).toBe("hello administrator");
  expect(warned.texts).toHaveLength(2);
});

it("the documented policy is enough for dependencies", async () => {
  const project = await DependencyProject.create();
  try {
    const options = {
      ...(await asUser("joan", documentedPolicy())),
      packageJson: await project.write(),
    };
    const module = new URL("./fixtures/uses-dependency.mjs", import.meta.url);
    for (const deleteCaches of [false, true]) {
      const m = await faastAws(module, options);
      expect(await m.functions.imported!()).toBe("1.1.0");
      await m.cleanup({ deleteCaches });
    }
    expect(await layersIn(emulator)).toEqual([]);
    await expectNothingLeft(emulator);
  } finally {
    await project.remove();
  }
}, 120_000);

it("whoever lacks a permission is told which, and nothing is left", async () => {
  const user = await asUser("bob", documentedPolicy("lambda:CreateFunction"));
  const error = await caught(faastAws(funcs, user));
  expect(error).toMatchObject({ code: "FAAST_CREATE_FUNCTION" });
  expect((error as Error).message).toContain('permission "lambda:CreateFunction" is missing');
  await expectNothingLeft(emulator);
});

it("whoever cannot read the replies is told so by the call, at once", async () => {
  const user = await asUser("eve", documentedPolicy("sqs:ReceiveMessage"));
  {
    await using m = await faastAws(funcs, { mode: "queue", maxRetries: 0, ...user });
    const error = await caught(m.functions.hello("x"));
    expect(error).toMatchObject({ code: "FAAST_TRANSPORT" });
    expect((error as Error).message).toContain('permission "sqs:ReceiveMessage" is missing');
  }
  await expectNothingLeft(emulator);
});
