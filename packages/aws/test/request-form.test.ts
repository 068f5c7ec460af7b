import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import { requestForm } from "../dist/invocation/request-form.js";
import { RequestSigner } from "../dist/invocation/signature.js";

const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
const command = (FunctionName = "faast-f") =>
  new InvokeCommand({ FunctionName, InvocationType: "RequestResponse" });
const formOf = (config: LambdaClientConfig = {}) =>
  requestForm(new LambdaClient({ region: "us-west-2", credentials, ...config }), command());

describe("where requests go", () => {
  const before = process.env;
  beforeEach(() => {
    process.env = { ...before, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
    delete process.env.AWS_ENDPOINT_URL;
    delete process.env.AWS_ENDPOINT_URL_LAMBDA;
  });
  afterEach(() => {
    process.env = before;
  });

  it.each<[string, LambdaClientConfig, string]>([
    ["is the region's endpoint", {}, "https://lambda.us-west-2.amazonaws.com"],
    [
      "may be a validated one",
      { useFipsEndpoint: true },
      "https://lambda-fips.us-west-2.amazonaws.com",
    ],
    ["may have IPv6", { useDualstackEndpoint: true }, "https://lambda.us-west-2.api.aws"],
    [
      "may be another world",
      { region: "cn-north-1" },
      "https://lambda.cn-north-1.amazonaws.com.cn",
    ],
    ["may be configured", { endpoint: "http://localhost:1234" }, "http://localhost:1234"],
  ])("%s", async (_name, config, origin) => {
    expect((await formOf(config)).origin).toBe(origin);
  });

  it("may be told by the environment, and the service's own comes first", async () => {
    process.env.AWS_ENDPOINT_URL = "http://localhost:1/base";
    const form = await formOf();
    expect(form.origin).toBe("http://localhost:1");
    expect(form.path).toBe("/base/2015-03-31/functions/faast-f/invocations");
    process.env.AWS_ENDPOINT_URL_LAMBDA = "http://localhost:2";
    expect((await formOf()).origin).toBe("http://localhost:2");
  });

  it("may be told by the profile", async () => {
    const folder = await mkdtemp(join(tmpdir(), "profile-"));
    process.env.AWS_CONFIG_FILE = join(folder, "config");
    await writeFile(
      process.env.AWS_CONFIG_FILE,
      "[profile lab]\nservices = own\n[services own]\nlambda =\n  endpoint_url = http://localhost:3\n",
    );
    process.env.AWS_PROFILE = "lab";
    expect((await formOf()).origin).toBe("http://localhost:3");
    await rm(folder, { recursive: true });
  });
});

describe("the signature", () => {
  it.each([
    ["of lasting credentials", "faast-f", credentials],
    ["of temporary ones", "faast-f", { ...credentials, sessionToken: "a+token/==" }],
    ["of a path that is escaped", "arn:aws:lambda:us-west-2:123456789012:function:f", credentials],
  ])("%s is the SDK's", async (_name, functionName, keys) => {
    const client = new LambdaClient({ region: "us-west-2", credentials: keys });
    const signer = await client.config.signer();
    const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
    const hostname = "lambda.us-west-2.amazonaws.com";
    const headers = {
      host: hostname,
      "content-type": "application/octet-stream",
      "user-agent": "mine",
      "x-amz-invocation-type": " Request  Response",
    };
    const scope = { region: "us-west-2", service: "lambda", method: "POST", path, headers };
    const own = new RequestSigner(scope);
    const body = Buffer.from("ünï");
    for (const now of [
      "2026-01-01T00:00:00Z",
      "2026-01-01T23:59:59.999Z",
      "2026-01-02T00:00:00Z",
    ]) {
      const signingDate = new Date(now);
      const expected = (await signer.sign(
        { method: "POST", protocol: "https:", hostname, path, query: {}, headers, body },
        { signingDate },
      )) as { headers: Record<string, string> };
      expect(own.sign(body, keys, signingDate)).toEqual(expected.headers);
    }
  });
});
