import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { AwsOptions } from "@faast/aws";
import type { Collector } from "@faast/core/provider";
import { expiredPolicy, makePlan, sweep } from "@faast/gc";
import type { AwsClients } from "../dist/infra/clients.js";
import { AwsCollector } from "../dist/leftovers/aws-collector.js";
import { useEmulator, type Emulator } from "./emulator.ts";
import { clientsOf, DAY, plantDecoys } from "./leftover-jobs.ts";
import { layersOf, resourcesOf } from "./leftovers.ts";
import { modes } from "./modes.ts";

const isFull = process.env.FAAST_TEST_FULL !== undefined;
const ROUNDS = isFull ? 25 : 1;
/** Programs of a round that are killed. */
const KILLED = 5;
/** To repeat a round that failed: FAAST_TEST_SEED=1234. */
const given = process.env.FAAST_TEST_SEED;
const seeds =
  given === undefined
    ? Array.from({ length: ROUNDS }, () => Math.floor(Math.random() * 2 ** 31))
    : [Number(given)];
const program = fileURLToPath(new URL("fixtures/doomed-client.mjs", import.meta.url));
/** How far in the future everything is collected whose lease has not been renewed. */
const LATER = 2 * DAY;

/** Where programs are killed: a phase, and so many milliseconds into it at most. */
const deathPlaces = [
  ["deploying", 3000],
  ["deploying", 3000],
  ["calling", 1500],
  ["cleaning", 300],
] as const;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to 1 that follow from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a program says of how far it is. */
interface Report {
  readonly phase: "deploying" | "calling" | "idle" | "answer" | "cleaning" | "done";
  readonly logUrl?: string;
  readonly value?: string;
}

/** A program that runs a job. */
class Client {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  private readonly reports: Report[] = [];
  private wake: () => void = () => undefined;
  private isOver = false;

  constructor(emulator: Emulator, options: AwsOptions, ...more: string[]) {
    const args = [program, JSON.stringify({ ...options, maxRetries: 0 }), ...more];
    this.child = spawn(process.execPath, args, {
      env: { ...process.env, ...emulator.env },
      // What a compiler says when its program is killed is not of interest.
      stdio: ["pipe", "pipe", more.includes("live") ? "inherit" : "ignore"],
    });
    createInterface({ input: this.child.stdout as Readable }).on("line", (line) => {
      this.reports.push(JSON.parse(line) as Report);
      this.wake();
    });
    this.ended = once(this.child, "close").then(() => {
      this.isOver = true;
      this.wake();
    });
  }

  /** Undefined if it ended before. */
  async reached(phase: Report["phase"]): Promise<Report | undefined> {
    for (;;) {
      const report = this.reports.find((each) => each.phase === phase);
      if (report !== undefined || this.isOver) return report;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async killAt(phase: Report["phase"], delay: number): Promise<void> {
    await this.reached(phase);
    await Promise.race([sleep(delay), this.ended]);
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** A collector in the future: leases have gone on to end meanwhile. */
function later(collector: Collector): Collector {
  return {
    scope: () => collector.scope(),
    list: (options) => collector.list(options),
    delete: (resource, signal) => collector.delete(resource, signal),
    readLease: async (job, signal) => {
      const reading = await collector.readLease?.(job, signal);
      if (reading?.expires === undefined) return reading;
      return { expires: new Date(reading.expires.getTime() - LATER) };
    },
    pace: { concurrency: 5, rate: 1000 },
  };
}

async function collect(collector: Collector): Promise<void> {
  const plan = await makePlan(collector, expiredPolicy({ olderThan: DAY }), {
    now: new Date(Date.now() + LATER),
  });
  const { failed } = await sweep(collector, plan);
  expect(failed).toEqual([]);
}

/**
 * Deletes log groups without tags that came into being after their function was gone: the emulator lets
 * functions that still run make them anew, which their role does not permit.
 */
async function removeRevivedLogGroups(
  clients: AwsClients,
  expected: readonly string[],
): Promise<void> {
  const logs = await clients.logs();
  const { logGroups = [] } = await logs.describeLogGroups({});
  for (const { logGroupName = "", logGroupArn } of logGroups) {
    if (expected.includes(`log group ${logGroupName}`)) continue;
    const { tags = {} } = await logs.listTagsForResource({ resourceArn: logGroupArn });
    if (Object.keys(tags).length === 0) await logs.deleteLogGroup({ logGroupName });
  }
}

async function round(random: () => number): Promise<void> {
  const emulator = useEmulator();
  const clients = await clientsOf(emulator);
  const everything = async () => [...(await resourcesOf(emulator)), ...(await layersOf(emulator))];
  await plantDecoys(clients);
  const foreign = await everything();
  const choose = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const options = () => choose(modes)[1];
  const living = new Client(emulator, options(), "live");
  try {
    const deaths = Array.from({ length: KILLED }, () => {
      const [phase, span] = choose(deathPlaces);
      return { phase, delay: random() * span, options: options() };
    });
    const dying = deaths.map((each) =>
      new Client(emulator, each.options).killAt(each.phase, each.delay),
    );
    await Promise.all([living.reached("idle"), ...dying]);
    const { logUrl = "" } = (await living.reached("calling")) ?? {};
    const name = /faast-[0-9a-f-]{36}/.exec(logUrl)?.[0] ?? "";
    await renewFarAhead(clients, name);
    const ofLiving = (await everything()).filter((each) => each.includes(name));
    expect(ofLiving.length).toBeGreaterThan(2);

    const expected = [...foreign, ...ofLiving].sort();
    const { region, clientConfig } = emulator;
    const collector = later(
      new AwsCollector({ region, clientConfig, allRegions: false, haste: 100 }),
    );
    // What the dead had asked for last may come about only now.
    const deadline = Date.now() + 30_000;
    for (let quiet = 0; quiet < 3 && Date.now() < deadline; await sleep(300)) {
      await collect(collector);
      await removeRevivedLogGroups(clients, expected);
      quiet = (await everything()).length === expected.length ? quiet + 1 : 0;
    }
    expect((await everything()).sort()).toEqual(expected);
    living.child.stdin?.write("go on\n");
    expect(await living.reached("answer")).toMatchObject({ value: "alive" });
    await living.ended;
    expect((await everything()).sort()).toEqual(foreign.sort());
  } finally {
    living.child.kill("SIGKILL");
    clients.destroy();
  }
}

/** As a client does it every hour for as long as it lives: here it has lived for days. */
async function renewFarAhead(clients: AwsClients, name: string): Promise<void> {
  const lambda = await clients.lambda();
  const { Configuration } = await lambda.getFunction({ FunctionName: name });
  const expires = new Date(Date.now() + 10 * DAY).toISOString();
  await lambda.tagResource({
    Resource: Configuration?.FunctionArn ?? "",
    Tags: { "faast:expires": expires },
  });
}

describe("whenever clients are killed, a collection leaves nothing of their jobs, and all else", () => {
  it.each(seeds)(
    "with seed %d",
    async (seed) => {
      await round(randomFrom(seed));
    },
    180_000,
  );
});
