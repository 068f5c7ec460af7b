// What no stand-in can show, against a real account: the list "Unverified against AWS" of docs/aws.md.
//
//   npm run test:aws:live -- --yes
//
// Account, profile and region are those of the SDK's own chain (AWS_PROFILE, AWS_REGION). With an emulator in
// AWS_ENDPOINT_URL, it shows that the tests themselves work.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { callerIdentity } from "../packages/aws/dist/infra/caller-identity.js";
import { createAwsClients } from "../packages/aws/dist/infra/clients.js";

/** US dollars in us-east-1 on arm64 (https://aws.amazon.com/lambda/pricing/, 2026-11); x86_64 costs a quarter more. */
const PRICE = { request: 0.2e-6, gigabyteSecond: 0.0000133334 };

const clients = await createAwsClients();
const { account, arn } = await callerIdentity({ clients }).catch((error) => {
  console.error(`There is no account to test in. ${error.message}`);
  process.exit(1);
});
clients.destroy();
console.log(`account ${account}, region ${clients.region}, as ${arn}`);
if (!process.argv.includes("--yes")) {
  console.log(
    "These tests create functions, queues, topics, buckets, layers and a role there, and remove them. They take about half an hour, and cost some ten cents, of which Lambda's part is told at the end. Add --yes to run them.",
  );
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), "faast-live-"));
const tally = join(directory, "tally");
const packageDirectory = fileURLToPath(new URL("../packages/aws", import.meta.url));
const rest = process.argv.slice(2).filter((each) => each !== "--yes");
const script = fileURLToPath(new URL("run-jest.mjs", import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [script, "--config", "jest.live.config.mjs", ...rest],
  {
    cwd: packageDirectory,
    stdio: "inherit",
    env: { ...process.env, FAAST_TEST_LIVE_TALLY: tally },
  },
);

let requests = 0;
let gigabyteSeconds = 0;
try {
  for (const line of readFileSync(tally, "utf8").split("\n").filter(Boolean)) {
    const each = JSON.parse(line);
    requests += each.requests;
    gigabyteSeconds += each.gigabyteSeconds;
  }
} catch {
  // No job has come so far.
}
rmSync(directory, { recursive: true, force: true });
const spent = requests * PRICE.request + gigabyteSeconds * PRICE.gigabyteSecond;
console.log(
  `Spent on Lambda: at least $${spent.toFixed(4)} (${requests} executions, ${gigabyteSeconds.toFixed(1)} GB-seconds, by the log of each job, without those that installed dependencies). Requests to S3, SQS, SNS and CloudWatch come on top, by the thousand: cents.`,
);
process.exitCode = status ?? 1;
