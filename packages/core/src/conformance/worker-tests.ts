import assert from "node:assert/strict";
import {
  FaastOutOfMemoryError,
  FaastTimeoutError,
  FaastWorkerExitError,
  type FaastError,
} from "../errors.js";
import { failureDetail } from "../failure-detail.js";
import { collect, countTo, failure, rejection } from "./expectations.js";
import type { SuiteContext, SuiteModule } from "./suite-context.js";

type ErrorType = new (...args: never[]) => FaastError;

type Death = readonly [
  what: string,
  die: (m: SuiteModule) => Promise<unknown>,
  type: ErrorType,
  message: RegExp,
];

/** They end a whole process, so that a thread cannot die of them alone. */
const deathsOfProcesses: readonly Death[] = [
  ["process.abort()", (m) => m.functions.abort(), FaastWorkerExitError, /SIGABRT|code 134/],
  ["SIGKILL", (m) => m.functions.kill(), FaastWorkerExitError, /SIGKILL|code 137/],
];

const deaths: readonly Death[] = [
  ["process.exit(0)", (m) => m.functions.exit(0), FaastWorkerExitError, /code 0/],
  ["process.exit(1)", (m) => m.functions.exit(1, 50), FaastWorkerExitError, /code 1/],
  [
    "an exception that nobody awaits",
    (m) => m.functions.throwBehind(),
    FaastWorkerExitError,
    /nobody waits/,
  ],
  [
    "a rejection that nobody handles",
    (m) => m.functions.rejectBehind(),
    FaastWorkerExitError,
    /nobody waits/,
  ],
  [
    "an infinite loop",
    (m) => m.with({ timeout: 1 }).functions.spin(),
    FaastTimeoutError,
    /time-out of 1 s/,
  ],
];

/** Workers that die fail the call at hand, promptly, and no other. */
export function workerTests(context: SuiteContext): void {
  const memory = context.can("memory limit") ? { childProcessMemoryMb: 64 } : {};
  const shared = context.shared({ maxRetries: 0, ...memory });
  const test = context.test.bind(context);
  const survives = async ([, die, type, message]: Death) => {
    const m = shared();
    const [error, other] = await Promise.all([
      failure(die(m), type),
      m.functions.sleep(100, "another call"),
    ]);
    assert.match(error.message, message);
    assert.equal(error.attempt, 0);
    assert.ok(failureDetail(error)?.logUrl !== undefined);
    assert.equal(other, "another call");
    assert.equal(await m.functions.hello("next"), "hello next");
  };
  for (const death of deaths)
    test(`${death[0]} fails its call as what it is, no other`, ["isolation"], () =>
      survives(death),
    );
  for (const death of deathsOfProcesses)
    test(`${death[0]} fails its call as what it is, no other`, ["isolation", "own process"], () =>
      survives(death),
    );
  test("the heap is limited as `childProcessMemoryMb` says", ["memory limit"], async () => {
    const { holdObjects } = shared().functions;
    assert.equal(await holdObjects(24), 24);
    // V8 adds its space for young objects; `memorySize` would allow as much.
    await failure(holdObjects(300), FaastOutOfMemoryError);
  });
  test("an exhausted heap is told as such", ["isolation", "memory limit"], () =>
    survives(["", (m) => m.functions.exhaustHeap(), FaastOutOfMemoryError, /memory/]),
  );

  test("a call that waits for ever ends by its time-out", [], async () => {
    const m = shared();
    const error = await failure(m.with({ timeout: 1 }).functions.waitForever(), FaastTimeoutError);
    assert.equal(error.functionName, "waitForever");
    assert.equal(await m.functions.hello("next"), "hello next");
  });

  const endings: [string, (m: SuiteModule) => AsyncIterable<number>, ErrorType][] = [
    ["a time-out", (m) => m.with({ timeout: 1 }).functions.waitAfter(3), FaastTimeoutError],
  ];
  if (context.can("isolation"))
    endings.push(
      ["an endless loop", (m) => m.with({ timeout: 1 }).functions.spinAfter(3), FaastTimeoutError],
      ["an exit", (m) => m.functions.exitAfter(3), FaastWorkerExitError],
    );
  for (const [what, open, type] of endings) {
    test(`what a stream yields before ${what} is delivered first`, [], async () => {
      const items: number[] = [];
      await failure(collect(open(shared()), items), type);
      assert.deepEqual(items, countTo(3));
    });
  }

  test("what a call has left behind spares the calls after it", ["isolation"], async () => {
    const m = await context.start({ concurrency: 1, maxRetries: 0 });
    assert.equal(await m.functions.throwLater(100), "fine so far");
    assert.equal(await m.functions.sleep(300, "undisturbed"), "undisturbed");
    assert.equal(await m.functions.hello("next"), "hello next");
    await m.cleanup();
  });

  test("nothing of it is retried that is not to be", ["isolation"], () => {
    const m = shared();
    assert.equal(m.stats().retries, 0);
    const { invocations, completed, errors } = m.stats();
    assert.equal(invocations, completed + errors);
    return Promise.resolve();
  });

  test(
    "a call whose worker exits is tried again, on another",
    ["isolation", "shared files"],
    async () => {
      const m = await context.start({ maxRetries: 1 });
      assert.equal(await m.functions.exitOnce(context.traceFile()), "the second time");
      const error = await failure(m.functions.exit(1), FaastWorkerExitError);
      assert.equal(error.attempt, 1);
      assert.equal(m.stats().retries, 2);
      const late = rejection(m.with({ timeout: 0.5 }).functions.spin());
      assert.ok((await late) instanceof FaastTimeoutError);
      assert.equal(m.stats().retries, 2);
      await m.cleanup();
    },
  );
}
