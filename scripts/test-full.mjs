// What takes longer than the gate allows: each step prints what it does, and the end what failed.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installRuntimeClient } from "./runtime-client.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = (major, ...args) => ["npx", "--yes", "--package", `node@${major}`, "node", ...args];
const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];

// Tests that are too long for the gate are told by this variable that they may run.
process.env.FAAST_TEST_FULL = "1";

// What this machine has not, and the tests that need it are left out for.
const notRun = [];

const client = installRuntimeClient();
if (client.directory === undefined)
  notRun.push(`the tests under AWS's own runtime client: ${client.reason}`);
else process.env.FAAST_TEST_RUNTIME_CLIENT = client.directory;

const steps = [
  ["the long tests of the AWS provider", ["node", ...jest, "--projects", "packages/aws"]],
  ["the packed packages in scratch projects", ["node", "scripts/packed-trial.mjs"]],
  ...[22, 24].flatMap((major) => [
    [`every test on Node ${major}`, node(major, ...jest)],
    [`the packed packages on Node ${major}`, node(major, "scripts/packed-trial.mjs", "--quick")],
  ]),
];

const failed = [];
for (const [name, [command, ...args]] of steps) {
  console.log(`\n=== ${name}`);
  try {
    execFileSync(command, args, { cwd: root, stdio: "inherit" });
  } catch {
    failed.push(name);
  }
}
console.log(failed.length === 0 ? "\nall passed" : `\nfailed: ${failed.join("; ")}`);
for (const each of notRun) console.log(`could not run: ${each}`);
console.log(`${steps.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
