// The ways in which items of streams come back from Lambda: by the response while it is made, and by the
// queue. Functions run under AWS's own runtime client, before the emulator, whose queues are not those of
// AWS. It needs that client (scripts/runtime-client.mjs) and a Node that reads TypeScript: 22.18 or later.
import { faastAws } from "@faast/aws";
import { emulatorEnvironment, startEmulator } from "../scripts/aws-emulator.mjs";
import { installRuntimeClient } from "../scripts/runtime-client.mjs";
import { LambdaFront } from "../packages/aws/test/runtime-client/lambda-front.ts";

const rounds = Number(process.env.ROUNDS ?? 3);
const functions = new URL("./aws-functions.mjs", import.meta.url);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds until the first item, and until the end. */
async function timed(stream) {
  const begin = performance.now();
  let first;
  while ((await stream.next()).done !== true) first ??= performance.now() - begin;
  return { first, whole: performance.now() - begin };
}

async function measure() {
  const m = await faastAws(functions, { speculativeRetryThreshold: 0 });
  try {
    const { first: coldFirst } = await timed(m.functions.paced(1, 0));
    const ages = [];
    for await (const made of m.functions.paced(40, 100)) ages.push(Date.now() - made);
    const { first } = await timed(m.functions.paced(1, 0));
    const small = await timed(m.functions.paced(2000, 0));
    const large = await timed(m.functions.blocks(40, 100_000));
    return {
      "first item, cold": coldFirst,
      "first item, warm": first,
      "age of an item, one each 100 ms": median(ages),
      "2,000 numbers": small.whole,
      "40 items of 100 kB": large.whole,
    };
  } finally {
    await m.cleanup();
  }
}

const { directory, reason } = installRuntimeClient();
if (directory === undefined) throw new Error(`AWS's runtime client cannot be had: ${reason}`);
const emulator = await startEmulator();
const env = emulatorEnvironment(emulator, "123456789012");
Object.assign(process.env, env);
const front = new LambdaFront(directory, { endpoint: emulator.endpoint, env });
process.env.AWS_ENDPOINT_URL_LAMBDA = await front.start();
try {
  const ways = { response: undefined, queue: "refused" };
  const results = { response: [], queue: [] };
  await measure(); // loads the SDK, and makes the role
  for (let round = 0; round < rounds; round++) {
    for (const [way, fault] of Object.entries(ways)) {
      front.fault = fault;
      results[way].push(await measure());
    }
  }
  console.log(`medians of ${rounds} rounds, ms`.padEnd(36), "response".padStart(10), "queue");
  for (const row of Object.keys(results.queue[0])) {
    const cell = (way) => median(results[way].map((each) => each[row])).toFixed(0);
    console.log(row.padEnd(36), cell("response").padStart(10), cell("queue").padStart(5));
  }
} finally {
  await front.stop();
  await emulator.stop();
}
