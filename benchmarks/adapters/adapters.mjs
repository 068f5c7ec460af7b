// One way each to run the functions of fixtures/functions.mjs outside of this thread. `start` gives
//   call(fn, arg)  the result of one call,
//   stream(n)      the number of items of a generator that have arrived, where there are such things,
//   stop()         ends the workers.
// Each loads its library itself, so that the time for that counts.
import { fileURLToPath } from "node:url";

const functions = new URL("../fixtures/functions.mjs", import.meta.url);
const file = fileURLToPath(functions);

const faastWith = (options) => ({
  library: "@faast/core",
  async start(concurrency) {
    const { faast } = await import("@faast/core");
    const m = await faast("local", await import(functions.href), { concurrency, ...options });
    return {
      call: (fn, arg) => m.functions[fn](arg),
      stream: (n) => count(m.functions.items(n)),
      stop: () => m.cleanup(),
    };
  },
});

const forkWith = (serialization) => ({
  library: "node:child_process",
  async start(concurrency) {
    const { fork } = await import("node:child_process");
    const program = new URL("raw-child.mjs", import.meta.url);
    return rawPool(concurrency, () => {
      const child = fork(program, { serialization });
      return {
        post: (message) => child.send(message),
        listen: (listener) => child.on("message", listener),
        end: () => child.kill(),
      };
    });
  },
});

export const adapters = {
  "faast, processes": faastWith({}),
  "faast, threads": faastWith({ isolation: "thread" }),
  faastjs: {
    library: "faastjs",
    async start(concurrency, load) {
      const { faastLocal } = await load("faastjs");
      const m = await faastLocal(await import(functions.href), { concurrency, gc: "off" });
      return {
        call: (fn, arg) => m.functions[fn](arg),
        stream: (n) => count(m.functions.items(n)),
        stop: () => m.cleanup(),
      };
    },
  },
  piscina: {
    library: "piscina",
    async start(concurrency, load) {
      const { Piscina } = await load("piscina");
      const pool = new Piscina({ filename: file, minThreads: 1, maxThreads: concurrency });
      return { call: (fn, arg) => pool.run(arg, { name: fn }), stop: () => pool.destroy() };
    },
  },
  tinypool: {
    library: "tinypool",
    async start(concurrency, load) {
      const { Tinypool } = await load("tinypool");
      const pool = new Tinypool({
        filename: functions.href,
        runtime: "child_process",
        minThreads: 1,
        maxThreads: concurrency,
        serialization: "advanced",
      });
      return { call: (fn, arg) => pool.run(arg, { name: fn }), stop: () => pool.destroy() };
    },
  },
  workerpool: {
    library: "workerpool",
    async start(concurrency, load) {
      const { pool: create } = (await load("workerpool")).default;
      const pool = create(fileURLToPath(new URL("workerpool-worker.mjs", import.meta.url)), {
        workerType: "process",
        maxWorkers: concurrency,
        forkOpts: { serialization: "advanced" },
      });
      return { call: (fn, arg) => pool.exec(fn, [arg]), stop: () => pool.terminate(true) };
    },
  },
  "jest-worker": {
    library: "jest-worker",
    async start(concurrency, load) {
      const { Worker } = await load("jest-worker");
      const pool = new Worker(file, {
        numWorkers: concurrency,
        exposedMethods: ["noop"],
        forkOptions: { serialization: "advanced" },
      });
      return { call: (fn, arg) => pool[fn](arg), stop: () => pool.end() };
    },
  },
  fork: forkWith("advanced"),
  "fork, JSON": forkWith("json"),
  worker_threads: {
    library: "node:worker_threads",
    async start(concurrency) {
      const { Worker } = await import("node:worker_threads");
      const program = new URL("raw-child.mjs", import.meta.url);
      return rawPool(concurrency, () => {
        const thread = new Worker(program);
        return {
          post: (message) => thread.postMessage(message),
          listen: (listener) => thread.on("message", listener),
          end: () => thread.terminate(),
        };
      });
    },
  },
};

async function count(items) {
  let seen = 0;
  for await (const item of items) seen += item >= 0 ? 1 : 0;
  return seen;
}

/** The floor: no types, errors, deadlines, logs or clean-up; one call at a time in each worker. */
function rawPool(concurrency, startWorker) {
  const workers = [];
  const idle = [];
  const queue = [];
  let head = 0;
  const run = (task) => {
    const worker = idle.pop() ?? (workers.length < concurrency ? grow() : undefined);
    if (worker === undefined) queue.push(task);
    else worker.begin(task);
  };
  const grow = () => {
    const channel = startWorker();
    let current;
    const worker = {
      ...channel,
      begin(task) {
        current = task;
        channel.post(task.message);
      },
    };
    channel.listen((message) => {
      if (message.item !== undefined) return current.item();
      const { resolve } = current;
      const next = queue[head++];
      if (next === undefined) {
        head = queue.length = 0;
        idle.push(worker);
      } else {
        worker.begin(next);
      }
      resolve(message.value);
    });
    workers.push(worker);
    return worker;
  };
  let ids = 0;
  const call = (fn, arg, item) =>
    new Promise((resolve) => run({ message: { id: ids++, fn, arg }, resolve, item }));
  return {
    call,
    async stream(n) {
      let seen = 0;
      await call("items", n, () => seen++);
      return seen;
    },
    stop: () => Promise.all(workers.map((worker) => worker.end())),
  };
}
