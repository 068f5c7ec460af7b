// One emulator process: started on a free port, waited for, stopped with everything it started.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { emulatorPython } from "./environment.mjs";

const launcher = fileURLToPath(new URL("launch.py", import.meta.url));

/** The region that the emulator takes for its own. */
export const EMULATOR_REGION = "us-west-2";

/** Milliseconds until the emulator must answer. It takes half a second; a loaded machine longer. */
const START_TIME = 60_000;
/** Milliseconds that it has to end by itself when stopped. */
const STOP_TIME = 5_000;
/** Characters of its output that are kept, to be shown when it dies. */
const LOG_TAIL = 8_000;
/** A port that was free may be taken by another program before the emulator has it. */
const START_ATTEMPTS = 3;

/** Starts an emulator: see ../aws-emulator.mjs. */
export async function startEmulator(options = {}) {
  const python = await emulatorPython();
  for (let attempt = 1; ; attempt++) {
    try {
      return await startProcess(python, options);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !/already in use/i.test(String(error))) throw error;
    }
  }
}

async function startProcess(python, { env = {}, port: wanted } = {}) {
  const port = wanted ?? (await freePort());
  const home = await mkdtemp(join(tmpdir(), "faast-aws-emulator-"));
  const child = spawn(python, [launcher, home], {
    cwd: home,
    env: { ...emulatorEnvironment(home, port), ...env },
    // A group of its own: the workers of its functions are ended with it.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let log = "";
  const keep = (chunk) => (log = (log + chunk).slice(-LOG_TAIL));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  child.stdin.on("error", () => {}); // it died: "exit" tells
  // It settles without a failure either way: whether it may end is for whoever waits to say.
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));

  let stopping;
  const stop = () => (stopping ??= stopProcess(child, ended).finally(() => removeHome(home)));

  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(endpoint, child);
  } catch (error) {
    await stop();
    throw new Error(`${error.message} The end of its output:\n${log.trim() || "(none)"}`);
  }
  // The process that started it may end without a word: the pipe then closes, and launch.py acts.
  for (const each of [child, child.stdin, child.stdout, child.stderr]) each.unref();
  return { endpoint, region: EMULATOR_REGION, pid: child.pid, log: () => log, ended, stop };
}

/** Nothing of the caller's environment but what programs need: tests are to see a clean Lambda. */
function emulatorEnvironment(home, port) {
  const { PATH, HOME, LANG = "C.UTF-8" } = process.env;
  return {
    PATH, // its functions run with the `node` found here
    HOME,
    LANG,
    TMPDIR: home,
    S3_DATA_DIR: join(home, "s3"),
    STATE_DIR: join(home, "state"),
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: EMULATOR_REGION,
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    LAMBDA_ASYNC_RETRY_BASE_SECONDS: "0.1",
    LOG_LEVEL: "WARNING",
    PYTHONUNBUFFERED: "1",
  };
}

async function untilHealthy(endpoint, child) {
  const deadline = Date.now() + START_TIME;
  let failure;
  child.once("error", (error) => (failure = error));
  while (Date.now() < deadline) {
    if (failure) throw new Error(`The AWS emulator could not be started: ${failure.message}.`);
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The AWS emulator ended with ${child.exitCode ?? child.signalCode}.`);
    }
    const response = await fetch(`${endpoint}/_ministack/health`, {
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    if (response?.ok) {
      await response.arrayBuffer();
      return;
    }
    await sleep(50);
  }
  throw new Error(`The AWS emulator did not answer within ${START_TIME / 1000} s.`);
}

async function stopProcess(child, ended) {
  if (child.pid === undefined) return;
  const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), STOP_TIME);
  signalGroup(child.pid, "SIGTERM");
  await ended;
  clearTimeout(timer);
  // A worker that did not listen, such as one in an endless loop, outlives its emulator.
  signalGroup(child.pid, "SIGKILL");
}

/** Signals the emulator and its workers, by the group that is named after its process. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

const removeHome = (home) => rm(home, { recursive: true, force: true, maxRetries: 5 });

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
