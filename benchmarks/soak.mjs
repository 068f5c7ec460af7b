// The local provider under a mixed load for a long time, to see whether anything grows: see README.md.
//
//   MINUTES=60 LOAD=1 MODES=process,thread,inline node --expose-gc benchmarks/soak.mjs
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { faast } from "@faast/core";

const minutes = Number(process.env.MINUTES ?? 60);
/** Share of the time that rounds take; pauses take the rest. */
const load = Math.min(1, Number(process.env.LOAD ?? 1));
const modes = (process.env.MODES ?? "process,thread,inline").split(",");
/** Milliseconds between two lines: a minute, or less where the whole is short. */
const every = Math.min(60_000, (minutes * 60_000) / 20);
const url = new URL("fixtures/soak-functions.mjs", import.meta.url);
const MAX_BYTES = 4 * 2 ** 20;

if (globalThis.gc === undefined) throw new Error("Run it with node --expose-gc.");

const start = (isolation) =>
  faast("local", url, { isolation, concurrency: 3, maxRetries: 0, timeout: 60, gc: "off" });
/** Sizes of every order of magnitude. */
const anySize = (most = MAX_BYTES) => 2 * Math.ceil(most ** Math.random() / 2);

function check(condition, what) {
  if (!condition) throw new Error(`wrong: ${what}`);
}
async function fails(promise, name) {
  const end = await promise.then(
    () => "a result",
    (error) => error?.code ?? error?.name,
  );
  check(end === name, `${end} in place of ${name}`);
}
async function read(stream, most = Infinity) {
  let n = 0;
  for await (const item of stream) if (item.length > 0 && ++n >= most) break;
  return n;
}

/** Kinds of calls: how many a round, and what to do, given the module. */
const kinds = [
  [40, async (m) => check((await m.functions.noop(7)) === 7, "noop")],
  [3, async (m) => both(m, new Uint8Array(anySize()).fill(1), "bytes")],
  [2, async (m) => both(m, "ö".repeat(anySize() / 2), "text")],
  [
    2,
    async (m) =>
      both(
        m,
        Array.from({ length: anySize(60_000) }, (_, i) => [i]),
        "objects",
      ),
  ],
  [4, async (m) => check((await read(m.functions.items(300))) === 300, "items")],
  [2, async (m) => check((await read(m.functions.items(6, 2 ** 18))) === 6, "large items")],
  [3, async (m) => check((await read(m.functions.forever(), 4)) === 4, "items, left")],
  [2, async (m) => void m.functions.items(5)],
  [4, (m) => fails(m.functions.fail("mine"), "RangeError")],
  [1, (m) => fails(m.functions.noop(Symbol()), "FAAST_SERIALIZATION")],
  [1, (m) => fails(m.functions.exit(), "FAAST_WORKER_EXIT"), "alone"],
  [1, (m) => fails(m.with({ timeout: 0.2 }).functions.spin(), "FAAST_TIMEOUT"), "alone"],
  [1, (m) => fails(m.with({ timeout: 0.2 }).functions.sleep(2000), "FAAST_TIMEOUT")],
  [
    1,
    (m) =>
      fails(
        cancelled(m, (it) => it.functions.sleep(2000)),
        "FAAST_CANCELLED",
      ),
  ],
  [
    1,
    (m) =>
      fails(
        cancelled(m, (it) => read(it.functions.forever())),
        "FAAST_CANCELLED",
      ),
  ],
];

/** There and back. */
async function both(m, value, maker) {
  check((await m.functions.size(value)) === value.length, `size of ${maker}`);
  check((await m.functions[maker](value.length)).length === value.length, maker);
}

function cancelled(m, call) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100 + Math.random() * 200);
  return call(m.with({ signal: controller.signal }));
}

let calls = 0;
const failures = [];

async function round(m, isolation) {
  const tasks = kinds
    // Nothing ends a call that runs in this process, but the process.
    .filter(([, , needs]) => isolation !== "inline" || needs !== "alone")
    .flatMap(([count, run]) => Array.from({ length: count }, () => run))
    .sort(() => Math.random() - 0.5);
  const lane = async () => {
    for (let run = tasks.pop(); run !== undefined; run = tasks.pop()) {
      calls++;
      await run(m).catch((error) => {
        failures.push(`${isolation}: ${run}: ${error?.stack}`);
        console.error(failures.at(-1));
      });
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
}

const list = (directory) => {
  try {
    return readdirSync(directory);
  } catch {
    return []; // not on Linux, or gone meanwhile
  }
};
const contents = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
const childrenOf = () =>
  list("/proc/self/task").flatMap((task) =>
    contents(`/proc/self/task/${task}/children`).split(" ").filter(Boolean),
  );
const ownerOf = (name) => {
  try {
    return JSON.parse(readlinkSync(join(tmpdir(), name))).pid;
  } catch {
    return undefined; // gone meanwhile
  }
};
const isOurs = (name) => /^faast-.*\.owner$/.test(name) && ownerOf(name) === process.pid;

/** What is judged: its unit, and by how much it may grow: so much, and that share of what it was. */
const judged = {
  heap: { margin: 4, share: 0.1 },
  external: { margin: 8, share: 0.1 },
  rss: { margin: 64, share: 0.15 },
  workers: { margin: 64, share: 0.15 },
  descriptors: { margin: 4, share: 0 },
  handles: { margin: 4, share: 0 },
  children: { margin: 2, share: 0 },
  files: { margin: 1, share: 0 },
};
const columns = ["minutes", "calls", "failures", ...Object.keys(judged)];

async function look(begun) {
  // What has just ended may still be closing; calls that nothing ended are over.
  await pause(2500);
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await pause(20);
  }
  const MB = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
  const { heapUsed, external, rss } = process.memoryUsage();
  const children = childrenOf();
  const resident = (pid) =>
    Number(/VmRSS:\s+(\d+)/.exec(contents(`/proc/${pid}/status`))?.[1] ?? 0);
  return {
    minutes: Math.round((performance.now() - begun) / 6000) / 10,
    calls,
    failures: failures.length,
    heap: MB(heapUsed),
    external: MB(external),
    rss: MB(rss),
    workers: MB(children.reduce((sum, pid) => sum + resident(pid) * 1024, 0)),
    descriptors: list("/proc/self/fd").length,
    handles: process.getActiveResourcesInfo().length,
    children: children.length,
    files: list(tmpdir()).filter(isOurs).length,
  };
}

function grown(lines) {
  const quarter = lines.length / 4;
  const second = lines.slice(Math.floor(quarter), Math.floor(2 * quarter));
  const last = lines.slice(Math.floor(3 * quarter));
  return Object.entries(judged).flatMap(([name, { margin, share }]) => {
    const mean = (some) => some.reduce((sum, line) => sum + line[name], 0) / some.length;
    const [before, after] = [mean(second), mean(last)];
    const told = `${name}: ${before.toFixed(1)} in the second quarter, ${after.toFixed(1)} in the last`;
    console.log(told);
    return after > before * (1 + share) + margin ? [told] : [];
  });
}

const begun = performance.now();
const lasting = {};
for (const mode of modes) lasting[mode] = await start(mode);
const lines = [];
console.log(columns.map((name) => name.padStart(11)).join(""));
for (let n = 0, next = every; performance.now() - begun < minutes * 60_000; n++) {
  const mode = modes[n % modes.length];
  const began = performance.now();
  await round(lasting[mode], mode);
  // Another is started and cleaned up, each time of another mode.
  const other = modes[Math.floor(n / modes.length) % modes.length];
  const brief = await start(other);
  await round(brief, other);
  await brief.cleanup();
  await pause((performance.now() - began) * (1 / load - 1));
  if (performance.now() - begun < next) continue;
  next = performance.now() - begun + every;
  const line = await look(begun);
  lines.push(line);
  console.log(columns.map((name) => String(line[name]).padStart(11)).join(""));
}
for (const mode of modes) await lasting[mode].cleanup();
if (lines.length < 8) console.log("Too short to tell whether anything grows.");
const wrong = lines.length < 8 ? [] : grown(lines);
for (const each of wrong) console.log(`HAS GROWN ${each}`);
if (failures.length > 0)
  console.log(`${failures.length} unexpected failures; the first: ${failures[0]}`);
const after = await look(begun);
if (after.children + after.files > 0) wrong.push("children or files are left");
console.log(`left: ${after.children} children, ${after.files} files, ${after.handles} handles`);
process.exitCode = wrong.length + failures.length > 0 ? 1 : 0;
console.log(process.exitCode === 0 ? "nothing has grown" : "FAILED");
