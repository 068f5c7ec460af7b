// One round of aws-calls.mjs, in a process of its own: NAME WHAT PERIOD -> one line of JSON.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const [name, what, period] = process.argv.slice(2);
const CONCURRENCY = 50;
const functions = new URL("./aws-functions.mjs", import.meta.url);

/** Each starts a job in https mode, or by queues, and gives its function and its end. */
const adapters = {
  async faast(options) {
    const { faastAws } = await import("@faast/aws");
    const m = await faastAws(functions, { concurrency: CONCURRENCY, ...options });
    return { hello: m.functions.hello, end: () => m.cleanup() };
  },
  async faastjs(options) {
    const { load } = await import(process.env.PEERS);
    const { faastAws } = await load("faastjs");
    const m = await faastAws(await import(functions.href), {
      concurrency: CONCURRENCY,
      gc: "off",
      region: process.env.AWS_REGION,
      ...options,
    });
    return { hello: m.functions.hello, end: () => m.cleanup() };
  },
};
const [library, mode, child] = name.split(", ");
const options = { mode, childProcess: child === "child" };

const begin = performance.now();
const job = await adapters[library](options);
try {
  await job.hello("first");
  let value = performance.now() - begin;
  if (what === "calls") {
    // As many at once as there may be, for a while, so that all environments are warm.
    const load = async (time) => {
      const end = performance.now() + time;
      let count = 0;
      const caller = async () => {
        for (; performance.now() < end; count++) await job.hello(count);
      };
      const started = performance.now();
      await Promise.all(Array.from({ length: CONCURRENCY }, caller));
      return (count / (performance.now() - started)) * 1000;
    };
    await load(Number(period));
    value = await load(Number(period));
  }
  console.log(JSON.stringify({ value }));
} finally {
  await job.end();
}
process.exit(0);
