// Measures one thing with one adapter, in this fresh process, and prints a line of JSON: see local-calls.mjs.
import { pathToFileURL } from "node:url";
import { adapters } from "./adapters/adapters.mjs";

const [name, what, parameter, period] = process.argv.slice(2);
const adapter = adapters[name];
const number = Number(parameter);
const { load } = await import(pathToFileURL(process.env.PEERS).href);

/** Calls made in a second, with so many under way at any time. */
async function perSecond(atOnce, call) {
  const begin = performance.now();
  const end = begin + Number(period);
  let done = 0;
  const lane = async () => {
    do {
      await call();
      done++;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return (done / (performance.now() - begin)) * 1000;
}

async function warm(pool, calls) {
  await Promise.all(Array.from({ length: calls }, (_, i) => pool.call("noop", i)));
}

const scenarios = {
  /** Milliseconds from the import to the first result. */
  async first() {
    const begin = performance.now();
    const pool = await adapter.start(2, load);
    await pool.call("noop", 1);
    return { pool, value: performance.now() - begin };
  },
  /** No-op calls a second, with as many workers as `number` and twice as many calls under way. */
  async calls() {
    const pool = await adapter.start(number, load);
    await warm(pool, number * 10);
    // Until what is called often has been compiled, on either side.
    await perSecond(2 * number, () => pool.call("noop", 1));
    return { pool, value: await perSecond(2 * number, () => pool.call("noop", 1)) };
  },
  /** The same, with no more calls under way than there are workers. */
  async callsAtOnce() {
    const pool = await adapter.start(number, load);
    await warm(pool, number * 10);
    await perSecond(number, () => pool.call("noop", 1));
    return { pool, value: await perSecond(number, () => pool.call("noop", 1)) };
  },
  /** Calls a second, one after another. */
  async sequence() {
    const pool = await adapter.start(2, load);
    await perSecond(1, () => pool.call("noop", 1));
    return { pool, value: await perSecond(1, () => pool.call("noop", 1)) };
  },
  async bytes() {
    const pool = await adapter.start(2, load);
    await warm(pool, 20);
    const bytes = new Uint8Array(1 << 20).fill(1);
    if (name !== "faastjs") await perSecond(1, () => pool.call("noop", bytes));
    return { pool, value: await perSecond(1, () => pool.call("noop", bytes)) };
  },
  async objects() {
    const pool = await adapter.start(2, load);
    await warm(pool, 20);
    const objects = Array.from({ length: 15_000 }, (_, i) => ({
      id: i,
      name: `item ${i}`,
      tags: ["a", "b"],
      ok: true,
    }));
    return { pool, value: await perSecond(1, () => pool.call("noop", objects)) };
  },
  async items() {
    const pool = await adapter.start(2, load);
    await warm(pool, 20);
    if (pool.stream === undefined) return { pool };
    const n = 10_000;
    await pool.stream(n);
    return { pool, value: (await perSecond(1, () => pool.stream(n))) * n };
  },
  /** Bytes of heap for each of `number` calls that wait. */
  async heap() {
    const pool = await adapter.start(1, load);
    await warm(pool, 20);
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    const calls = new Array(number);
    for (let i = 0; i < number; i++) calls[i] = pool.call("noop", i);
    for (const call of calls) call.catch(() => undefined);
    globalThis.gc();
    const value = (process.memoryUsage().heapUsed - before) / number;
    console.log(JSON.stringify({ value }));
    // Nobody waits for a million calls to be made, or to be cancelled.
    process.exit();
  },
  /** Milliseconds to import the library. */
  async import() {
    const begin = performance.now();
    await (name.startsWith("faast,") ? import(adapter.library) : load(adapter.library));
    console.log(JSON.stringify({ value: performance.now() - begin }));
    process.exit();
  },
};

const { pool, value } = await scenarios[what]();
console.log(JSON.stringify({ value }));
await pool.stop();
process.exit();
