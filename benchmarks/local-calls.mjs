// The local provider beside other ways to run functions in processes and threads: see README.md.
//
//   node benchmarks/local-calls.mjs [--quick] [row ...]
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { adapters } from "./adapters/adapters.mjs";
import { peerLoader } from "./peers/environment.mjs";

const run = promisify(execFile);
const quick = process.argv.includes("--quick");
const wanted = process.argv.slice(2).filter((each) => each !== "--quick");
const rounds = Number(process.env.ROUNDS ?? (quick ? 1 : 3));
/** Milliseconds of each measurement of calls a second. */
const period = quick ? 300 : 1500;
/** Milliseconds for one measurement; what takes longer is shown as a dash. */
const LIMIT = 60_000;

const all = Object.keys(adapters);
const without = (...names) => all.filter((name) => !names.includes(name));
/** What is measured, in which unit, and by whom. What is heavy is measured once, and not at all with --quick. */
const rows = {
  "first result, ms": { what: "first" },
  "import, ms": { what: "import", by: without("faast, threads", "fork, JSON") },
  "calls/s, one after another": { what: "sequence" },
  "calls/s, 2 workers, 2 at once": { what: "callsAtOnce", parameter: 2 },
  "calls/s, 2 workers": { what: "calls", parameter: 2 },
  "calls/s, 10 workers": { what: "calls", parameter: 10 },
  "calls/s, 100 workers": { what: "calls", parameter: 100, heavy: true },
  "calls/s, 8 workers": { what: "calls", parameter: 8 },
  "calls/s, 64 workers": { what: "calls", parameter: 64, heavy: true },
  "1 MiB of bytes, echoes/s": { what: "bytes", by: without("fork, JSON") },
  "1 MB of objects, echoes/s": { what: "objects" },
  "items/s of a generator": {
    what: "items",
    by: ["faast, processes", "faast, threads", "faastjs", "fork", "fork, JSON", "worker_threads"],
  },
  "heap, B a call of 10,000": { what: "heap", parameter: 10_000 },
  "heap, B a call of 100,000": { what: "heap", parameter: 100_000, by: without("faastjs") },
  "heap, B a call of 1,000,000": {
    what: "heap",
    parameter: 1_000_000,
    by: ["faast, processes", "fork"],
    heavy: true,
  },
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const program = fileURLToPath(new URL("round.mjs", import.meta.url));

async function measure(name, { what, parameter = 0 }, environment) {
  const args = ["--expose-gc", "--max-old-space-size=8192", program];
  try {
    const { stdout } = await run(
      process.execPath,
      [...args, name, what, String(parameter), String(period)],
      { env: environment, timeout: LIMIT, killSignal: "SIGKILL" },
    );
    return JSON.parse(stdout.trim().split("\n").at(-1)).value;
  } catch (error) {
    if (process.env.VERBOSE) console.error(name, what, error);
    return undefined;
  }
}

const environment = { ...process.env, PEERS: await peerLoader() };
const title = `${availableParallelism()} cores, Node ${process.versions.node}, median of ${rounds}; in brackets, ours in processes divided by it`;
const width = 17;
console.log(`${title}\n`);
console.log("".padEnd(30) + all.map((name) => name.padStart(width)).join(""));
for (const [title, row] of Object.entries(rows)) {
  if (wanted.length > 0 ? !wanted.some((each) => title.includes(each)) : quick && row.heavy)
    continue;
  const names = row.by ?? all;
  const results = Object.fromEntries(names.map((name) => [name, []]));
  // In turn, so that whatever else the machine does meets all of them.
  for (let round = 0; round < (row.heavy ? 1 : rounds); round++) {
    for (const name of names) results[name].push(await measure(name, row, environment));
  }
  const [ours] = all;
  const cells = all.map((name) => {
    const values = (results[name] ?? []).filter((value) => value !== undefined);
    if (values.length === 0) return "-".padStart(width);
    const value = median(values);
    const ratios = values.flatMap((each, i) =>
      results[ours][i] === undefined ? [] : [results[ours][i] / each],
    );
    const ratio = name === ours || ratios.length === 0 ? "" : ` (${median(ratios).toPrecision(2)})`;
    return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${ratio}`.padStart(width);
  });
  console.log(title.padEnd(30) + cells.join(""));
}
