import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { faastAws, type AwsOptions } from "@faast/aws";
import { InstallerFunction } from "../dist/dependencies/installer-function.js";
import { createAwsClients } from "../dist/infra/clients.js";
import { ensureRole } from "../dist/infra/role.js";
import { JobBucket } from "../dist/job-bucket.js";
import { denied } from "./aws-faults.ts";
import { startProxy, type Intercept } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);
const { region } = emulator;

/** Options of a job whose requests pass a proxy. */
async function throughProxy(intercept: Intercept, use: (options: AwsOptions) => Promise<void>) {
  const proxy = await startProxy(emulator.endpoint, intercept);
  try {
    await use({ clientConfig: { ...emulator.clientConfig, endpoint: proxy.endpoint }, gc: "off" });
  } finally {
    await proxy.stop();
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A way to the emulator that knows how many connections it has. */
async function countingServer() {
  const { hostname, port } = new URL(emulator.endpoint);
  const server = createServer((socket) => {
    const onward = connect(Number(port), hostname);
    socket.pipe(onward).pipe(socket);
    for (const each of [socket, onward]) {
      each.on("error", () => undefined);
      each.on("close", () => [socket, onward].forEach((other) => other.destroy()));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => promisify(server.getConnections.bind(server))(),
    stop: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

describe("cleanup", () => {
  it("needs no permission for buckets where none was needed", async () => {
    const refuse: Intercept = (_request, operation) =>
      operation.startsWith("s3:") ? denied(operation, emulator.account) : undefined;
    await throughProxy(refuse, async (options) => {
      const m = await faastAws(funcs, options);
      expect(await m.functions.hello("small")).toBe("hello small");
      await m.cleanup();
    });
    await expectNothingLeft(emulator);
  });

  it.each([
    ["down", "s3:GetObject"],
    ["up", "s3:PutObject"],
  ])("does not wait for what is on its way %s", async (_way, operation) => {
    let begin: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const hold: Intercept = (_request, each) => {
      if (each !== operation) return undefined;
      begin();
      return "silence";
    };
    await throughProxy(hold, async (options) => {
      const m = await faastAws(funcs, options);
      const call = caught(m.functions.echo(new Uint8Array(5_000_000)));
      await begun;
      await m.cleanup();
      await call;
    });
    await expectNothingLeft(emulator);
  });

  it("keeps no connection", async () => {
    // Those of the tests before may still be closing.
    const { endpoint, count, stop } = await countingServer();
    const clientConfig = { ...emulator.clientConfig, endpoint };
    try {
      const m = await faastAws(funcs, { clientConfig, gc: "off" });
      await Promise.all([1, 2, 3, 4].map((each) => m.functions.hello(`${each}`)));
      for await (const item of m.functions.numbers(2)) expect(item).toBeGreaterThan(0);
      expect(await count()).toBeGreaterThan(0);
      await m.cleanup();
      while ((await count()) > 0) await sleep(20);
      await m.cleanup();
    } finally {
      await stop();
    }
    await expectNothingLeft(emulator);
  });
});

describe("what was given up while it was made", () => {
  it("is removed, be it the log group", async () => {
    const controller = new AbortController();
    const interrupt: Intercept = (_request, operation) => {
      if (operation !== "logs:CreateLogGroup") return undefined;
      controller.abort();
      return { delay: 300 };
    };
    await throughProxy(interrupt, async (options) => {
      await caught(faastAws(funcs, { ...options, signal: controller.signal }));
      await sleep(500);
    });
    await expectNothingLeft(emulator);
  });

  it("is removed, be it the function that installs dependencies", async () => {
    const controller = new AbortController();
    const interrupt: Intercept = (_request, operation) => {
      if (operation !== "lambda:CreateFunction") return undefined;
      controller.abort();
      return { delay: 500 };
    };
    await throughProxy(interrupt, async ({ clientConfig = {} }) => {
      const clients = await createAwsClients({ region, clientConfig });
      const roleArn = await ensureRole({ clients });
      const installer = new InstallerFunction({
        clients,
        clientConfig,
        name: "faast-given-up-install",
        roleArn,
        tags: {},
        runtime: "nodejs22.x",
        architecture: "arm64",
      });
      await caught(installer.create(controller.signal));
      await installer.remove();
      clients.destroy();
    });
    await expectNothingLeft(emulator);
  });

  it("is known to be there, be it a bucket without its expiry", async () => {
    const refuse: Intercept = (_request, operation) =>
      operation === "s3:PutBucketLifecycleConfiguration"
        ? denied(operation, emulator.account)
        : undefined;
    await throughProxy(refuse, async ({ clientConfig = {} }) => {
      const clients = await createAwsClients({ region, clientConfig });
      const bucket = new JobBucket(clients, "faast-without-expiry", {});
      await caught(bucket.put(new Uint8Array(1)));
      expect(bucket.begun).toBe(true);
      await bucket.remove();
      clients.destroy();
    });
    await expectNothingLeft(emulator);
  });
});
