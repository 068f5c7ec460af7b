// The ways in which calls travel to Lambda, and what the child process costs there. It starts the
// emulator itself, whose figures are not those of AWS: the ratios are what counts.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const { faastAws } = await import("@faast/aws");
const { emulatorEnvironment, startEmulator } = await import("../scripts/aws-emulator.mjs");

const rounds = Number(process.env.ROUNDS ?? 3);
const functions = new URL("./aws-functions.mjs", import.meta.url);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const timed = async (work) => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};

/** Runs the same work in a fresh deployment: milliseconds, and MB where it says so. */
async function measure(options) {
  let m;
  const result = {
    deploy: await timed(async () => {
      m = await faastAws(functions, {
        concurrency: 20,
        speculativeRetryThreshold: 0,
        ...options,
      });
    }),
  };
  try {
    result["first call"] = await timed(() => m.functions.hello("first"));
    const sequential = [];
    for (let i = 0; i < 40; i++) sequential.push(await timed(() => m.functions.hello(i)));
    result["warm call"] = median(sequential);
    const { own, handler } = await m.functions.memory();
    result["memory, MB"] = own + handler;
    const together = (count, call) =>
      timed(() => Promise.all(Array.from({ length: count }, (_, i) => call(i))));
    result["20 at once, most of them cold, of 200 ms"] = await together(20, () =>
      m.functions.sleep(200),
    );
    result["200 calls, 20 at once, warm"] = await together(200, (i) => m.functions.hello(i));
  } finally {
    result.cleanup = await timed(() => m.cleanup());
  }
  return result;
}

/** Measures each variant in turn, round by round, and prints medians and ratios to the first. */
async function compare(title, variants) {
  const names = Object.keys(variants);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) results[name].push(await measure(variants[name]));
  console.log(`\n${title}: medians of ${rounds} rounds (ms), and ratios to ${names[0]}`);
  console.log(`  ${"".padEnd(42)}${names.map((name) => name.padStart(20)).join("")}`);
  for (const row of Object.keys(results[names[0]][0])) {
    const cells = names.map((name) => {
      const value = median(results[name].map((each) => each[row]));
      const ratio = median(results[name].map((each, i) => each[row] / results[names[0]][i][row]));
      return `${value.toFixed(0)} (${ratio.toFixed(2)})`.padStart(20);
    });
    console.log(`  ${row.padEnd(42)}${cells.join("")}`);
  }
}

const emulator = await startEmulator();
try {
  Object.assign(process.env, emulatorEnvironment(emulator, "123456789012"));
  await measure({}); // loads the SDK, and makes the role
  await compare("the way of a call", {
    https: { mode: "https" },
    "queue, event": { mode: "queue", queueDispatch: "event" },
    "queue, sns": { mode: "queue", queueDispatch: "sns" },
  });
  await compare("the child process, in https mode", {
    "childProcess: true": { childProcess: true },
    "childProcess: false": { childProcess: false },
  });
} finally {
  await emulator.stop();
}
