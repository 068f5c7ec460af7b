import assert from "node:assert/strict";
import {
  FaastCancelledError,
  FaastConcurrencyError,
  FaastCreateFunctionError,
  FaastError,
  FaastTransportError,
} from "../errors.js";
import { collect, countTo, failure, pause, rejection } from "./expectations.js";
import { FaultInjector, unreliable } from "./fault-injection.js";
import type { SuiteContext } from "./suite-context.js";

/** What goes wrong on the way, and around it, settles every call. */
export function faultTests(context: SuiteContext): void {
  const test = context.test.bind(context);
  const injector = new FaultInjector();
  const provider = injector.wrap(context.subject.provider);

  context.framework.describe("on the way", () => {
    injector.limits = { startupTime: 0, overtakingTime: 500 }; // so that what is lost is missed soon
    const shared = context.shared({ maxRetries: 2, streamWindow: 8 }, { provider });
    const with_ = (faults: FaultInjector["faults"], body: () => Promise<void>) => async () => {
      await shared().functions.hello("warm");
      injector.faults = faults;
      try {
        await body();
      } finally {
        injector.faults = {};
      }
    };

    test(
      "messages that come twice, late and out of order make no difference",
      [],
      with_({ frame: unreliable(30), control: unreliable(30) }, async () => {
        const { functions } = shared();
        const calls = countTo(20).map((i) => functions.echo(i));
        assert.deepEqual(await Promise.all(calls), countTo(20));
        assert.deepEqual(await collect(functions.numbers(60)), countTo(60));
        const talk = functions.talk();
        await talk.next();
        for (const word of ["one", "two"])
          assert.deepEqual(await talk.next(word), { value: `heard ${word}`, done: false });
        assert.deepEqual(await talk.next("bye"), { value: "over", done: true });
        assert.ok((await rejection(functions.throwError("TypeError"))) instanceof TypeError);
        for await (const each of functions.numbers(1000)) if (each === 10) break;
      }),
    );

    let refusals = 0;
    const refuseTwice = () => {
      if (refusals++ < 2) throw new Error("no way through");
    };
    test(
      "what cannot be delivered is sent again",
      [],
      with_({ send: refuseTwice }, async () => {
        const before = shared().stats().retries;
        assert.equal(await shared().functions.hello("again"), "hello again");
        assert.equal(shared().stats().retries - before, 2);
      }),
    );

    test(
      "what can never be delivered fails with the reason, after so many attempts",
      [],
      with_({ send: () => assert.fail("no way through") }, async () => {
        const error = await failure(shared().functions.hello(""), FaastTransportError);
        assert.match(error.message, /no way through/);
        assert.equal(error.attempt, 2);
      }),
    );

    test(
      "an attempt of which the platform says that it is lost, or too many, is made again",
      [],
      with_(
        {
          send: (invocation) => {
            const code = (["lost", "throttled"] as const)[invocation.request.attempt];
            if (code !== undefined) invocation.fail(code, "says the platform");
          },
        },
        async () => {
          assert.equal(await shared().functions.hello("there"), "hello there");
        },
      ),
    );

    test(
      "a call whose frames are all lost settles",
      [],
      with_({ frame: () => undefined }, async () => {
        const { functions } = shared().with({ timeout: 0.5 });
        const errors = await Promise.all([
          rejection(functions.hello("lost")),
          rejection(collect(functions.numbers(3))),
        ]);
        for (const error of errors) assert.ok(error instanceof FaastError, String(error));
      }),
    );

    test(
      "a stream that loses an item fails; it does not skip it",
      [],
      with_({ frame: (frame, deliver) => frame.sequence === 2 || deliver(frame) }, async () => {
        const items: number[] = [];
        const reading = collect(shared().functions.numbers(50), items);
        const { message } = await failure(reading, FaastTransportError);
        assert.match(message, /missing/);
        assert.deepEqual(items, countTo(items.length));
      }),
    );

    test(
      "a pause before another attempt is cut short by a signal",
      [],
      with_({ send: () => assert.fail("no way through") }, async () => {
        const patient = shared().with({ retry: 1000, signal: AbortSignal.timeout(500) });
        await failure(patient.functions.hello(""), FaastCancelledError);
      }),
    );

    test(
      "a platform that takes no more calls is told as such, in the end",
      [],
      with_({ send: (invocation) => invocation.fail("throttled", "enough for now") }, async () => {
        const { functions } = shared().with({ retry: 1 });
        const error = await failure(functions.hello(""), FaastConcurrencyError);
        assert.match(error.message, /enough for now/);
      }),
    );
  });

  context.framework.describe("around it", () => {
    for (const delay of [0, 20, 100, 250, 500]) {
      test(`faast() that is given up after ${delay} ms leaves nothing`, [], async () => {
        const controller = new AbortController();
        const starting = context.start({ signal: controller.signal });
        const settled = starting.then(
          (m) => m.cleanup(),
          (error: unknown) => assert.ok(error instanceof FaastCancelledError, String(error)),
        );
        await pause(delay);
        controller.abort();
        await settled;
        await context.expectNothingLeft();
      });
    }

    for (const { by, options, message } of context.subject.failingDeployments ?? []) {
      test(`a deployment that fails by ${by} says why, and leaves nothing`, [], async () => {
        const error = await failure(context.start({ ...options }), FaastCreateFunctionError);
        assert.match(error.message, message);
        await context.expectNothingLeft();
      });
    }

    test(
      "cleanup() that fails says why, settles every call, and may be tried again",
      [],
      async () => {
        const m = await context.start({}, { provider });
        const call = failure(m.functions.sleep(5000), FaastCancelledError);
        injector.faults = { close: () => assert.fail("one resource would not go") };
        const error = (await rejection(m.cleanup())) as Error;
        assert.match(error.message, /one resource would not go/);
        await call;
        await failure(m.functions.hello("late"), FaastCancelledError);
        injector.faults = {};
        await m.cleanup();
        await context.expectNothingLeft();
      },
    );

    const { breakCleanup, leftovers } = context.subject;
    if (breakCleanup === undefined || leftovers === undefined) return;
    test(
      "one resource that cannot be removed keeps no other, and goes when it can",
      [],
      async () => {
        const m = await context.start();
        await m.functions.hello("x");
        const before = (await leftovers()).length;
        const mend = await breakCleanup();
        try {
          await rejection(m.cleanup());
          const after = (await leftovers()).length;
          assert.ok(after > 0 && after < before, `of ${before}, there remain ${after}`);
        } finally {
          await mend();
        }
        await m.cleanup();
        await context.expectNothingLeft();
      },
    );
  });
}
