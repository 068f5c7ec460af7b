import assert from "node:assert/strict";
import { collect, pause } from "./expectations.js";
import { FaultInjector } from "./fault-injection.js";
import type { SuiteContext } from "./suite-context.js";

/** Concurrency, rate and priority, for plain calls and for streams alike. */
export function flowTests(context: SuiteContext): void {
  const observed = new FaultInjector();
  const provider = observed.wrap(context.subject.provider);
  const shared = context.shared({ concurrency: 2 }, { provider });
  const test = context.test.bind(context);

  test("no more than `concurrency` calls are in flight, streams among them", [], async () => {
    const { functions } = shared();
    const calls = Array.from({ length: 8 }, (_, i) => [
      functions.sleep(20),
      collect(functions.numbers(i)),
    ]);
    await Promise.all(calls.flat());
    assert.equal(observed.mostInFlight, 2);
  });

  test("an open stream takes a place until it is over", [], async () => {
    const { functions } = shared();
    const streams = [functions.numbers(1000), functions.numbers(1000)];
    for (const each of streams) await each.next();
    let answered = false;
    const call = functions.hello("later").then(() => (answered = true));
    await pause(200);
    assert.equal(answered, false);
    for (const each of streams) await each.return("enough");
    await call;
    assert.equal(observed.mostInFlight, 2);
  });

  test("what waits goes by priority, then in order", [], async () => {
    const m = shared();
    const { functions } = m;
    const blocking = [functions.sleep(300), functions.sleep(300)];
    const [low, high] = [m.with({ priority: -1 }), m.with({ priority: 1 })];
    const waiting = [
      low.functions.processId(),
      functions.hello("first"),
      functions.countArguments(),
      high.functions.arrow(1),
    ];
    observed.sent = [];
    await Promise.all([...blocking, ...waiting]);
    assert.deepEqual(observed.sent.slice(-4), ["arrow", "hello", "countArguments", "processId"]);
  });

  test("no more than `rate` calls start in a second", [], async () => {
    const m = await context.start({ rate: 10 });
    const begin = Date.now();
    await Promise.all(Array.from({ length: 6 }, () => m.functions.hello("")));
    assert.ok(Date.now() - begin >= 490);
    await m.cleanup();
  });

  test("statistics count calls, successes, failures and attempts", [], async () => {
    const m = await context.start();
    await m.functions.hello("a");
    await m.functions.throwError("Error").catch(() => undefined);
    await m
      .with({ retry: 1 })
      .functions.throwError("Error")
      .catch(() => undefined);
    const { invocations, completed, errors, retries } = m.stats();
    assert.deepEqual(
      { invocations, completed, errors, retries },
      {
        invocations: 3,
        completed: 1,
        errors: 2,
        retries: 1,
      },
    );
    assert.equal(m.stats("hello").executionTime.samples, 1);
    assert.ok(m.costSnapshot().total() >= 0);
    await m.cleanup();
  });
}
