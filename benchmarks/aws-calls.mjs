// The aws provider beside npm faastjs, on the same emulator: see README.md.
//
//   node benchmarks/aws-calls.mjs [row ...]
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { emulatorEnvironment, startEmulator } from "../scripts/aws-emulator.mjs";
import { peerLoader } from "./peers/environment.mjs";

const run = promisify(execFile);
const rounds = Number(process.env.ROUNDS ?? 3);
const program = fileURLToPath(new URL("aws-round.mjs", import.meta.url));
/** Milliseconds of warming up, and as many of measuring. */
const PERIOD = 8_000;
/** Milliseconds for one measurement; what takes longer is shown as a dash. */
const LIMIT = 120_000;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// faastjs cannot start its child process on the emulator.
const variants = ["https, child", "https, none", "queue, child", "queue, none"];
const names = [
  ...variants.map((each) => `faast, ${each}`),
  "faastjs, https, none",
  "faastjs, queue, none",
];
const wanted = process.argv.slice(2);
const rows = { "first result, ms": "first", "calls/s, warm, 50 at once": "calls" };

async function measure(name, what, env) {
  try {
    const args = [program, name, what, String(PERIOD)];
    const { stdout } = await run(process.execPath, args, {
      env,
      timeout: LIMIT,
      killSignal: "SIGKILL",
    });
    return JSON.parse(stdout.trim().split("\n").at(-1)).value;
  } catch (error) {
    if (process.env.VERBOSE) console.error(name, what, error);
    return undefined;
  }
}

const peers = await peerLoader();
// The functions of faastjs find the SDK outside of their archive.
const emulator = await startEmulator({ env: { NODE_PATH: join(dirname(peers), "node_modules") } });
try {
  const account = String(randomInt(1e11, 1e12));
  const env = { ...process.env, ...emulatorEnvironment(emulator, account), PEERS: peers };
  for (const [title, what] of Object.entries(rows)) {
    if (wanted.length > 0 && !wanted.some((each) => title.includes(each))) continue;
    console.log(
      `\n${title}: median of ${rounds}; in brackets, divided by faastjs in the same mode`,
    );
    const results = Object.fromEntries(names.map((name) => [name, []]));
    // In turn, so that whatever else the machine does meets all of them.
    for (let round = 0; round < rounds; round++)
      for (const name of names) results[name].push(await measure(name, what, env));
    for (const name of names) {
      const peer = results[`faastjs, ${name.split(", ")[1]}, none`];
      const values = results[name].filter((value) => value !== undefined);
      const ratios = results[name].flatMap((value, i) =>
        value && peer[i] ? [value / peer[i]] : [],
      );
      const shown = values.length === 0 ? "-" : median(values).toFixed(0);
      const ratio = ratios.length === 0 ? "" : ` (${median(ratios).toPrecision(2)})`;
      console.log(`  ${name.padEnd(24)}${(shown + ratio).padStart(16)}`);
    }
  }
} finally {
  await emulator.stop();
}
