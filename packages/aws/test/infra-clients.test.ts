import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { FaastCancelledError } from "@faast/core";
import type { AwsRequestError } from "../dist/infra/aws-failure.js";
import { createAwsClients } from "../dist/infra/clients.js";
import { startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";

const emulator = useEmulator();

describe("the region", () => {
  const before = process.env;
  beforeEach(() => {
    process.env = { ...before, AWS_CONFIG_FILE: devNull };
    delete process.env.AWS_REGION;
  });
  afterEach(() => {
    process.env = before;
  });

  it("is that of the option, before the environment's", async () => {
    process.env.AWS_REGION = "eu-west-1";
    expect((await createAwsClients({ region: "eu-west-3" })).region).toBe("eu-west-3");
    expect((await createAwsClients()).region).toBe("eu-west-1");
  });

  it("is that of the profile where the environment names none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "profile-"));
    process.env.AWS_CONFIG_FILE = join(folder, "config");
    await writeFile(process.env.AWS_CONFIG_FILE, "[profile lab]\nregion = ap-south-1\n");
    const { region } = await createAwsClients({ clientConfig: { profile: "lab" } });
    expect(region).toBe("ap-south-1");
    await rm(folder, { recursive: true });
  });

  it("is us-west-2 where nothing is configured", async () => {
    expect((await createAwsClients()).region).toBe("us-west-2");
  });
});

describe("the clients", () => {
  it("load no SDK until one is asked for", () => {
    const path = new URL("../dist/infra/clients.js", import.meta.url).href;
    const program = `
      import { createRequire } from "node:module";
      const { createAwsClients } = await import(${JSON.stringify(path)});
      const clients = await createAwsClients({ region: "us-west-2" });
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((each) => each.includes("@aws-sdk/client-")).length > 0;
      const before = loaded();
      await clients.sqs();
      console.log(before, loaded());`
      .trim()
      .replaceAll("import.meta.url", JSON.stringify(path));
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe("false true");
  });

  it("find the endpoint and the credentials in the environment", async () => {
    const program = `
import { createAwsClients } from ${JSON.stringify(new URL("../dist/infra/clients.js", import.meta.url).href)};
      const clients = await createAwsClients();
      const { QueueUrl } = await (await clients.sqs()).createQueue({ QueueName: "faast-env" });
      console.log(QueueUrl);
      const s3 = await clients.s3();
      await s3.createBucket({ Bucket: "faast-env-" + process.env.AWS_ACCESS_KEY_ID });
      clients.destroy();`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--no-warnings", "-e", program],
      { encoding: "utf8", env: { PATH: process.env.PATH, ...emulator.env } },
    );
    expect(stderr).toBe("");
    expect(stdout).toContain(`/${emulator.account}/faast-env`);
  });

  it("are made once each, and none after the end", async () => {
    const clients = await createAwsClients(emulator);
    expect(await clients.s3()).toBe(await clients.s3());
    clients.destroy();
    clients.destroy();
    await expect(clients.s3()).rejects.toBeInstanceOf(FaastCancelledError);
    await expect(clients.sns()).rejects.toThrow("closed");
  });

  it("invoke over as many sockets as there may be calls, once, and not for ever", async () => {
    let [arrived, open, peak] = [0, 0, 0];
    const proxy = await startProxy(emulator.endpoint, (request) => {
      arrived++;
      peak = Math.max(peak, ++open);
      request.socket.once("close", () => open--);
      return "silence";
    });
    const clients = await createAwsClients({
      region: emulator.region,
      clientConfig: { ...emulator.clientConfig, endpoint: proxy.endpoint },
      invocations: { concurrency: 7, timeoutSeconds: 1 },
    });
    const lambda = await clients.invocations();
    const invoke = () =>
      lambda
        .invoke({ functionName: "faast-silent", payload: "{}" })
        .catch((error: AwsRequestError) => error.awsCode);
    expect(await Promise.all(Array.from({ length: 7 }, invoke))).toEqual(
      Array(7).fill("TimeoutError"),
    );
    expect(arrived).toBe(7);
    expect(peak).toBe(7);
    await Promise.all(Array.from({ length: 10 }, invoke));
    expect(peak).toBe(7);
    clients.destroy();
    await proxy.stop();
  });
});
