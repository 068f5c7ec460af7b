import { faast } from "@faast/core";
import type { Deployment, Invocation, Provider } from "@faast/core/provider";
import { Executor } from "@faast/core/worker";
import * as funcs from "./fixtures/functions.ts";

/** A transport that takes calls beyond `concurrency`; what comes of each is the test's to say. */
function eager(ahead: number, take: (invocation: Invocation, run: () => void) => void): Provider {
  return {
    name: "eager",
    options: { defaults: {}, own: {} },
    deploy: () =>
      Promise.resolve<Deployment>({
        limits: { startupTime: 0, ahead },
        async invoke(invocation) {
          const executor = new Executor(funcs);
          take(invocation, () => {
            void executor.run(invocation.request, (frame) => invocation.receive(frame));
          });
        },
        logUrl: () => "memory:log",
        estimateCost: () => [],
        close: () => Promise.resolve(),
      }),
  };
}

describe("a transport that takes calls beyond concurrency", () => {
  it("is given no more than it takes", async () => {
    const taken: (() => void)[] = [];
    await using m = await faast(
      eager(3, (_, run) => taken.push(run)),
      funcs,
      { concurrency: 2 },
    );
    const calls = Array.from({ length: 10 }, (_, i) => m.functions.add(i, 0));
    expect(taken).toHaveLength(5);
    taken[0]!();
    await calls[0];
    expect(taken).toHaveLength(6);
    while (taken.length > 0) {
      taken.shift()!();
      await new Promise(setImmediate);
    }
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("is given none under a rate, whose turn would be lost", async () => {
    const taken: (() => void)[] = [];
    const options = { concurrency: 2, rate: 1000, burst: 10 };
    await using m = await faast(
      eager(3, (_, run) => taken.push(run)),
      funcs,
      options,
    );
    const calls = Array.from({ length: 5 }, () => m.functions.add(1, 1));
    expect(taken).toHaveLength(2);
    void m.cleanup();
    await Promise.allSettled(calls);
  });

  it("may give them back: they run in their order when there is a place, once", async () => {
    const order: string[] = [];
    let free = 1;
    let deferred = 0;
    const provider = eager(5, (invocation, run) => {
      if (free === 0) {
        expect(invocation.defer()).toBe(true);
        expect(invocation.over).toBe(true);
        deferred++;
        return;
      }
      free--;
      order.push(invocation.request.call);
      setTimeout(() => {
        free++;
        run();
      }, 2);
    });
    await using m = await faast(provider, funcs, { concurrency: 1 });
    const values = await Promise.all(Array.from({ length: 8 }, (_, i) => m.functions.add(i, 0)));
    expect(values).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(order).toHaveLength(8);
    expect(order).toEqual([...order].sort());
    expect(deferred).toBeGreaterThan(0);
    expect(m.stats()).toMatchObject({ invocations: 8, completed: 8, retries: 0, errors: 0 });
  });

  it("may not give back what has a place of its own", async () => {
    let answer: boolean | undefined;
    const provider = eager(5, (invocation, run) => {
      answer = invocation.defer();
      run();
    });
    await using m = await faast(provider, funcs, { concurrency: 1 });
    expect(await m.functions.add(1, 2)).toBe(3);
    expect(answer).toBe(false);
  });
});
