import assert from "node:assert/strict";
import { FaastCancelledError } from "../errors.js";
import { collect, failure, linesOf, pause, until } from "./expectations.js";
import type { SuiteContext } from "./suite-context.js";

/** Signals and cleanup() settle everything, at once, and leave nothing. */
export function cancellationTests(context: SuiteContext): void {
  const test = context.test.bind(context);

  test("a signal rejects its call at once, whatever the function does", [], async () => {
    const m = await context.start();
    await m.functions.hello("warm");
    const controller = new AbortController();
    const call = failure(
      m.with({ signal: controller.signal }).functions.sleep(3000),
      FaastCancelledError,
    );
    await pause(100);
    const before = Date.now();
    controller.abort(new Error("enough"));
    const error = await call;
    assert.ok(Date.now() - before < 2000, "it has waited for the function");
    assert.equal((error.cause as Error).message, "enough");
    assert.equal(error.functionName, "sleep");
    assert.equal(await m.functions.hello("next"), "hello next");
    await failure(m.with({ signal: controller.signal }).functions.hello(""), FaastCancelledError);
    await m.cleanup();
  });

  test("a signal ends a stream on both sides", ["shared files"], async () => {
    const m = await context.start();
    const file = context.traceFile();
    const controller = new AbortController();
    const stream = m.with({ signal: controller.signal }).functions.numbers(1e6, file);
    await stream.next();
    const reading = failure(collect(stream), FaastCancelledError);
    controller.abort();
    await reading;
    await until(() => linesOf(file).at(-1) === "finally");
    assert.equal((await stream.next()).done, true);
    await m.cleanup();
  });

  test("the module's signal gives everything up", [], async () => {
    const controller = new AbortController();
    const m = await context.start({ signal: controller.signal });
    const calls = [m.functions.sleep(5000), collect(m.functions.slowNumbers(1000, 50))];
    const failures = calls.map((each) => failure(each, FaastCancelledError));
    await pause(100);
    controller.abort();
    await Promise.all(failures);
    await failure(m.functions.hello("late"), FaastCancelledError);
    await m.cleanup();
    await context.expectNothingLeft();
    await failure(context.start({ signal: controller.signal }), FaastCancelledError);
  });

  test("cleanup() rejects what is queued or in flight, and what comes later", [], async () => {
    const m = await context.start({ concurrency: 4 });
    await m.functions.hello("warm");
    const [waiting, paused] = [m.functions.slowNumbers(1000, 50), m.functions.talk()];
    await Promise.all([waiting.next(), paused.next()]);
    const calls = [
      collect(waiting),
      m.functions.waitForever(),
      ...Array.from({ length: 20 }, () => m.functions.sleep(5000)),
    ];
    const failures = calls.map((each) => failure(each, FaastCancelledError));
    await m.cleanup();
    await Promise.all(failures);
    await failure(paused.next("late"), FaastCancelledError);
    await failure(m.functions.hello("late"), FaastCancelledError);
    await failure(collect(m.functions.numbers(2)), FaastCancelledError);
    await m.cleanup();
    assert.ok(m.stats().errors >= calls.length);
    assert.equal(m.stats("hello").completed, 1);
    assert.ok(m.costSnapshot().total() >= 0);
    assert.ok(URL.canParse(m.logUrl()));
    await context.expectNothingLeft();
  });

  test("cleanup() of several at once, and of what was never called", [], async () => {
    const several = await Promise.all([context.start(), context.start()]);
    const calls = several.map((m) => m.functions.hello("both"));
    assert.deepEqual(await Promise.all(calls), ["hello both", "hello both"]);
    const { length } = await Promise.all(several.flatMap((m) => [m.cleanup(), m.cleanup()]));
    assert.equal(length, 4);
    await (await context.start()).cleanup();
    await context.expectNothingLeft();
  });

  test("cleanup() leaves no handle that keeps the process alive", [], async () => {
    const before = handles();
    const m = await context.start();
    await Promise.allSettled([
      m.functions.hello("done"),
      m.functions.throwError("Error"),
      collect(m.functions.numbers(20)),
      m.with({ timeout: 0.5 }).functions.waitForever(),
      m.with({ signal: AbortSignal.timeout(100) }).functions.sleep(400),
    ]);
    const pending = failure(m.functions.waitForever(), FaastCancelledError);
    await pause(50);
    await m.cleanup();
    await pending;
    await until(() => [...handles()].every(([kind, count]) => count <= (before.get(kind) ?? 0)));
  });
}

/** What keeps this process alive, by kind; timers are the test framework's, too. */
function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== "Immediate" && kind !== "Timeout") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
