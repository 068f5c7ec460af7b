import { existsSync } from "node:fs";
import { basename } from "node:path";
import { parentOf, Place, plantDecoys, reaperOf, slay, type Client } from "./leftovers-place.ts";
import { directoryOf, eventually } from "./processes.ts";

const isFull = process.env.FAAST_TEST_FULL === "1";
const ROUNDS = isFull ? 80 : 2;
/** Programs of a round that are killed, and that live on. */
const KILLED = 12;
const LIVING = 2;
/** To repeat a round that failed: FAAST_TEST_SEED=1234. */
const given = process.env.FAAST_TEST_SEED;
const seeds =
  given === undefined
    ? Array.from({ length: ROUNDS }, () => Math.floor(Math.random() * 2 ** 31))
    : [Number(given)];

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

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** When a program is killed: so many milliseconds after a phase began, with its watchdog or without. */
interface Death {
  scenario: "calls" | "cleanup";
  phase: "deploying" | "calling" | "cleaning";
  delay: number;
  withReaper: boolean;
}

function chooseDeath(random: () => number): Death {
  const withReaper = random() < 0.6;
  const chance = random();
  if (chance < 0.5)
    return { scenario: "calls", phase: "deploying", delay: random() * 800, withReaper };
  if (chance < 0.7)
    return { scenario: "calls", phase: "calling", delay: random() * 200, withReaper };
  return { scenario: "cleanup", phase: "cleaning", delay: random() * 40, withReaper };
}

async function killAt(client: Client, { phase, delay, withReaper }: Death): Promise<void> {
  await client.reached(phase);
  await sleep(delay);
  if (withReaper) slay(reaperOf(client.child.pid!));
  slay(client.child.pid);
  await client.ended;
}

/** Kills collections, too: whoever comes next goes on where they were. */
async function collectAndKill(place: Place, random: () => number): Promise<void> {
  await sleep(random() * 1500);
  const { child, ended } = place.run("cleanup", "local", "-xf");
  await sleep(200 + random() * 600);
  slay(child.pid);
  await ended;
}

async function round(place: Place, random: () => number): Promise<void> {
  const decoys = plantDecoys(place);
  const foreign = place.names();
  const living = Array.from({ length: LIVING }, () => place.start("live"));
  const deaths = Array.from({ length: KILLED }, () => chooseDeath(random));
  const dying = deaths.map(async (death) => {
    await sleep(random() * 500);
    return killAt(place.start(death.scenario), death);
  });
  const told = await Promise.all(living.map((each) => each.reached("deployed")));
  await Promise.all([...dying, collectAndKill(place, random), place.cleanup("-xf")]);

  const { code, failed } = await place.cleanup("-xf");
  expect({ code, failed }).toEqual({ code: 0, failed: [] });
  // Of the dead, nothing; of the living and of others, everything.
  const directories = told.map((each) => directoryOf(each!.logUrl));
  const own = directories.map((each) => basename(each)).flatMap((name) => [name, `${name}.owner`]);
  const expected = [...foreign, ...own].sort();
  expect(place.names()).toEqual(expected);
  expect(decoys.filter((path) => !existsSync(path))).toEqual([]);
  const ours = new Set(living.map(({ child }) => child.pid!));
  // A worker whose caller is gone before it had a call ends by itself.
  await eventually(() => strangers(place, ours).length === 0, "no process of a dead job is left");
  for (const { child, reached } of living) {
    child.stdin!.write("you\n");
    expect(await reached("answer")).toMatchObject({ value: expect.stringMatching(/you/) });
    child.stdin!.end("end\n");
  }
  await Promise.all(living.map(({ ended }) => ended));
  expect(place.names()).toEqual(foreign);
  await eventually(() => place.processes().length === 0, "no process is left");
}

/** Processes that were started here, and belong to none of the living. */
function strangers(place: Place, living: ReadonlySet<number>): number[] {
  return place.processes().filter((pid) => !living.has(pid) && !living.has(parentOf(pid)));
}

(process.platform === "linux" ? describe : describe.skip)(
  "whenever clients are killed, and whoever with them, a collection leaves nothing of their jobs",
  () => {
    it.each(seeds)(
      "with seed %d",
      async (seed) => {
        const place = new Place();
        try {
          await round(place, randomFrom(seed));
        } finally {
          await place.end();
        }
      },
      120_000,
    );
  },
);
