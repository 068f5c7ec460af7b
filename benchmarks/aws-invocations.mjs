// What one invocation costs the calling process: ours beside the SDK's `InvokeCommand`, both over HTTP to an
// endpoint in a process of its own that answers at once. Neither Lambda nor a network is in it: it is the
// bound that the client sets.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const rounds = Number(process.env.ROUNDS ?? 5);
const calls = Number(process.env.CALLS ?? 4000);

const functionName = "faast-00000000-0000-4000-8000-000000000000";
const payload = JSON.stringify({
  faast: 1,
  call: { call: "a", attempt: 0, functionName: "hello", args: { base64: "A".repeat(60) } },
  inlineLimit: 4_669_440,
});
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const cell = (text) => String(text).padStart(11);

/** Answers whatever comes as a function would that has run a small call. */
function serve() {
  const value = { base64: "A".repeat(120) };
  const frame = { call: "a", attempt: 0, sequence: 0, item: 0, type: "result", value };
  const timing = { startedAt: Date.now(), executionTime: 1.5 };
  const execution = { logUrl: "x".repeat(200), executionId: "e".repeat(36), instanceId: "i" };
  const body = JSON.stringify({ faast: 1, frames: [{ ...frame, timing, execution }] });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": "r".repeat(36),
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, headers).end(body));
  });
  server.keepAliveTimeout = 120_000;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    process.stdout.write(String(server.address().port));
  });
}

async function compare() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const child = spawn(process.execPath, [self, "endpoint"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  const options = {
    region: "us-west-2",
    clientConfig: {
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "t".repeat(300) },
    },
  };
  try {
    console.log(`medians of ${rounds} rounds of ${calls} invocations; ratios of the same round`);
    console.log(
      `  ${["under way", "ours/s", "SDK/s", "ratio", "µs", "SDK µs", "ratio"].map(cell).join("")}`,
    );
    for (const concurrency of [1, 50, 1000]) await compareAt(concurrency, options);
  } finally {
    child.kill();
  }
}

async function compareAt(concurrency, options) {
  const ours = await oursOf(options, concurrency);
  const sdk = sdkOf(options, concurrency);
  const pairs = [];
  for (let round = 0; round < rounds + 1; round++) {
    const pair = { ours: await measure(ours, concurrency), sdk: await measure(sdk, concurrency) };
    if (round > 0) pairs.push(pair); // the first one opens connections, and gets code compiled
  }
  const of = (pick) => median(pairs.map(pick));
  const cells = [
    concurrency,
    of(({ ours }) => ours.rate).toFixed(0),
    of(({ sdk }) => sdk.rate).toFixed(0),
    of(({ ours, sdk }) => ours.rate / sdk.rate).toFixed(1),
    of(({ ours }) => ours.cpu).toFixed(0),
    of(({ sdk }) => sdk.cpu).toFixed(0),
    of(({ ours, sdk }) => sdk.cpu / ours.cpu).toFixed(1),
  ];
  console.log(`  ${cells.map(cell).join("")}`);
  ours.close();
  sdk.close();
}

/** The client of the package, by its file, since it is nobody else's. */
async function oursOf(options, concurrency) {
  const { createAwsClients } = await import("../packages/aws/dist/infra/clients.js");
  const clients = await createAwsClients({
    ...options,
    invocations: { concurrency, timeoutSeconds: 60 },
  });
  const client = await clients.invocations();
  return {
    invoke: async (payload) => {
      const answer = await client.invoke({ functionName, payload });
      return JSON.parse(answer.payload);
    },
    close: () => clients.destroy(),
  };
}

function sdkOf({ region, clientConfig }, concurrency) {
  const require = createRequire(new URL("../packages/aws/package.json", import.meta.url));
  const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda");
  const httpAgent = { keepAlive: true, maxSockets: concurrency };
  const client = new LambdaClient({
    region,
    ...clientConfig,
    maxAttempts: 1,
    requestHandler: { httpAgent, socketAcquisitionWarningTimeout: 1e6 },
  });
  return {
    invoke: async (Payload) => {
      const answer = await client.send(new InvokeCommand({ FunctionName: functionName, Payload }));
      return JSON.parse(Buffer.from(answer.Payload).toString());
    },
    close: () => client.destroy(),
  };
}

/** Invocations a second, and microseconds of processor time for each. */
async function measure({ invoke }, concurrency) {
  let left = calls;
  const [begin, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await invoke(payload);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return { rate: calls / ((performance.now() - begin) / 1000), cpu: (user + system) / calls };
}

if (process.argv[2] === "endpoint") serve();
else await compare();
