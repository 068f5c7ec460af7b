// The AWS stand-in for tests. By hand:
//
//   node scripts/aws-emulator.mjs
//
// prints what to put into the environment, and runs until Ctrl-C. In programs:
//
//   import { startEmulator } from "./scripts/aws-emulator.mjs";
//   const { endpoint, stop } = await startEmulator();
//
// `startEmulator({ env, port })` takes settings of the emulator's own and a port instead of a random
// one. It listens on the loopback interface only; a 12-digit AWS_ACCESS_KEY_ID is the account.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startEmulator } from "./aws-emulator/emulator-process.mjs";

export { startEmulator, EMULATOR_REGION } from "./aws-emulator/emulator-process.mjs";

/** What a program needs in its environment to use the emulator as the given account. */
export function emulatorEnvironment({ endpoint, region }, account = "000000000000") {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

async function main() {
  const emulator = await startEmulator();
  console.log(`The AWS emulator listens on ${emulator.endpoint} until Ctrl-C.\n`);
  for (const [name, value] of Object.entries(emulatorEnvironment(emulator))) {
    console.log(`export ${name}=${value}`);
  }
  const alive = setInterval(() => {}, 2 ** 30);
  const stopped = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, resolve);
  });
  const outcome = await Promise.race([stopped, emulator.ended.then(() => "died")]);
  if (outcome === "died") {
    console.error(`The AWS emulator has ended. The end of its output:\n${emulator.log()}`);
    process.exitCode = 1;
  }
  clearInterval(alive);
  await emulator.stop();
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
