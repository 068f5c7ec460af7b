import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FaastCancelledError, FaastOptionsError, throttle, type Limits } from "@faast/core";

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A promise, and what settles it. */
function deferred<T = void>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

/** A function that counts how many of its runs overlap, each of which ends when it is told to. */
function gauge() {
  const runs: ReturnType<typeof deferred<string>>[] = [];
  const state = { running: 0, most: 0, runs };
  const run = async (_: unknown) => {
    state.most = Math.max(state.most, ++state.running);
    const end = deferred<string>();
    runs.push(end);
    try {
      return await end.promise;
    } finally {
      state.running--;
    }
  };
  return { state, run };
}

describe("throttle()", () => {
  it("passes on arguments, results, errors and `this`", async () => {
    class Counter {
      count = 1;
      add = throttle({ concurrency: 1 }, async function (this: Counter, a: number, b: number) {
        if (a < 0) throw new RangeError("negative");
        return (this.count += a + b);
      });
    }
    const counter = new Counter();
    await expect(counter.add(1, 2)).resolves.toBe(4);
    const other = { count: 10, add: counter.add };
    await expect(other.add(1, 1)).resolves.toBe(12);
    await expect(counter.add(-1, 0)).rejects.toThrow(RangeError);
  });

  it("keeps the function's types, name and number of parameters", async () => {
    const original = async (word: string, times: number) => word.repeat(times);
    const throttled: (word: string, times: number) => Promise<string> = throttle(
      { concurrency: 1 },
      original,
    );
    expect(throttled.name).toBe("original");
    expect(throttled.length).toBe(2);
    // @ts-expect-error -- a number is no word
    const wrong = () => throttled(1, 2);
    expect(wrong).toBeDefined();
  });

  it("rejects with what the function throws before it returns a promise", async () => {
    const broken = throttle({ concurrency: 1 }, () => {
      throw new TypeError("at once");
    });
    const result = broken();
    await expect(result).rejects.toThrow(new TypeError("at once"));
  });

  it("keeps the asynchronous context of each caller, in whoever's turn it runs", async () => {
    const storage = new AsyncLocalStorage<string>();
    const read = throttle({ concurrency: 1 }, async () => {
      await sleep(1);
      return storage.getStore();
    });
    const names = ["a", "b", "c"];
    const seen = await Promise.all(names.map((name) => storage.run(name, () => read())));
    expect(seen).toEqual(names);
  });
});

describe("the concurrency of throttle()", () => {
  it.each([1, 2, 10])("lets %d calls run at once, in order of arrival", async (concurrency) => {
    const { state, run } = gauge();
    const throttled = throttle({ concurrency }, run);
    const results = Array.from({ length: 25 }, (_, i) => throttled(i));
    for (let i = 0; i < 25; i++) {
      await sleep(0);
      expect(state.running).toBe(Math.min(concurrency, 25 - i));
      state.runs[i]?.resolve(`${i}`);
    }
    await expect(Promise.all(results)).resolves.toEqual(
      Array.from({ length: 25 }, (_, i) => `${i}`),
    );
    expect(state.most).toBe(concurrency);
  });

  it.each([0, Infinity])("%d sets no limit", async (concurrency) => {
    const { state, run } = gauge();
    const throttled = throttle({ concurrency }, run);
    const results = Array.from({ length: 500 }, (_, i) => throttled(i));
    await sleep(0);
    expect(state.running).toBe(500);
    state.runs.forEach((each) => each.resolve(""));
    await Promise.all(results);
  });

  it("is kept where calls fail", async () => {
    let running = 0;
    let most = 0;
    const failing = throttle({ concurrency: 3 }, async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
      throw new Error("no");
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => failing()));
    expect(outcomes.every((each) => each.status === "rejected")).toBe(true);
    expect(most).toBe(3);
  });

  it("may be used up by calls that are made within the function", async () => {
    const depth: (n: number) => Promise<number> = throttle({ concurrency: 3 }, async (n: number) =>
      n === 0 ? 0 : 1 + (await depth(n - 1)),
    );
    await expect(depth(2)).resolves.toBe(2);
  });
});

describe("the rate of throttle()", () => {
  /** Start times of so many calls, in milliseconds after the first. */
  async function starts(limits: Omit<Limits, "concurrency">, calls: number) {
    const times: number[] = [];
    const throttled = throttle({ concurrency: 0, ...limits }, async () => {
      times.push(performance.now());
    });
    await Promise.all(Array.from({ length: calls }, () => throttled()));
    return times.map((each) => each - times[0]!);
  }

  it("spaces starts out, also across the second", async () => {
    const times = await starts({ rate: 20 }, 26);
    // Each start no earlier than its place in the schedule, up to the lateness that is made good.
    times.forEach((time, i) => expect(time).toBeGreaterThanOrEqual(i * 50 - 11));
  });

  it("is reached where it is higher than timers are fine", async () => {
    const times = await starts({ rate: 5_000 }, 2_000);
    expect(times.at(-1)).toBeGreaterThanOrEqual(385);
    // At one start a millisecond, it would be two seconds.
    expect(times.at(-1)).toBeLessThan(1_500);
  });

  it("lets a burst start at once, and the rest in time", async () => {
    const times = await starts({ rate: 20, burst: 5 }, 10);
    expect(times[4]).toBeLessThan(50);
    for (let i = 5; i < 10; i++) expect(times[i]).toBeGreaterThanOrEqual((i - 4) * 50 - 11);
  });

  it("grants the next burst only after a quiet spell", async () => {
    const times: number[] = [];
    const throttled = throttle({ concurrency: 0, rate: 20, burst: 2 }, async () => {
      times.push(performance.now());
    });
    await Promise.all([throttled(), throttled()]);
    await sleep(60);
    await Promise.all([throttled(), throttled()]);
    expect(times[3]! - times[0]!).toBeGreaterThanOrEqual(89);
  });

  it("is not made up for after the process was busy with something else", async () => {
    const times: number[] = [];
    const throttled = throttle({ concurrency: 0, rate: 20 }, async () => {
      times.push(performance.now());
    });
    const all = Promise.all(Array.from({ length: 6 }, () => throttled()));
    for (const begin = performance.now(); performance.now() - begin < 200;);
    await all;
    for (let i = 1; i < 6; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(30);
  });

  it("holds beside a concurrency of 1", async () => {
    const { state, run } = gauge();
    const throttled = throttle({ concurrency: 1, rate: 100 }, async () => {
      const end = run(0);
      setTimeout(() => state.runs.at(-1)?.resolve(""), 1);
      await end;
    });
    const begin = performance.now();
    await Promise.all(Array.from({ length: 11 }, () => throttled()));
    expect(performance.now() - begin).toBeGreaterThanOrEqual(89);
    expect(state.most).toBe(1);
  });

  it("counts attempts, not only calls", async () => {
    const times: number[] = [];
    const throttled = throttle({ concurrency: 0, rate: 4, retry: 1 }, async () => {
      times.push(performance.now());
      throw new Error("no");
    });
    await expect(throttled()).rejects.toThrow("no");
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(239);
  });
});

describe("the retries of throttle()", () => {
  it("are as many as said: two mean three attempts", async () => {
    let attempts = 0;
    const failing = throttle({ concurrency: 1, retry: 2 }, async () => {
      throw new Error(`attempt ${attempts++}`);
    });
    await expect(failing()).rejects.toThrow("attempt 2");
    expect(attempts).toBe(3);
  });

  it("end with success", async () => {
    let attempts = 0;
    const recovering = throttle({ concurrency: 1, retry: 5 }, async () => {
      if (attempts++ < 1) throw new Error("not yet");
      return "done";
    });
    await expect(recovering()).resolves.toBe("done");
    expect(attempts).toBe(2);
  });

  it("are decided by a function of the error and the attempt", async () => {
    const asked: unknown[] = [];
    let attempts = 0;
    const failing = throttle(
      {
        concurrency: 1,
        retry: (error, attempt) => {
          asked.push([(error as Error).message, attempt]);
          return attempt < 1;
        },
      },
      async () => {
        throw new Error(`e${attempts++}`);
      },
    );
    await expect(failing()).rejects.toThrow("e1");
    expect(asked).toEqual([
      ["e0", 0],
      ["e1", 1],
    ]);
  });

  it("end with what that function throws, and do not go on for a promise", async () => {
    const throwing = throttle(
      {
        concurrency: 1,
        retry: () => {
          throw new Error("the decision");
        },
      },
      () => Promise.reject(new Error("the call")),
    );
    await expect(throwing()).rejects.toThrow("the decision");
    const retry = (async () => true) as unknown as () => boolean;
    const failing = throttle({ concurrency: 1, retry }, () =>
      Promise.reject(new Error("the call")),
    );
    await expect(failing()).rejects.toThrow("the call");
  });

  it("keep the place of their call", async () => {
    const order: string[] = [];
    const throttled = throttle({ concurrency: 1, retry: 1 }, async (name: string) => {
      order.push(name);
      if (order.length === 1) throw new Error("once");
    });
    await Promise.all([throttled("a"), throttled("b")]);
    expect(order).toEqual(["a", "a", "b"]);
  });
});

describe("the signal of throttle()", () => {
  it("rejects what waits for a place, and leaves what runs to its end", async () => {
    const { state, run } = gauge();
    const abort = new AbortController();
    const throttled = throttle({ concurrency: 1, signal: abort.signal }, run);
    const [first, second, third] = [throttled(1), throttled(2), throttled(3)];
    await sleep(0);
    abort.abort(new Error("enough"));
    await expect(second).rejects.toThrow(FaastCancelledError);
    await expect(third).rejects.toMatchObject({ cause: new Error("enough"), functionName: "run" });
    state.runs[0]?.resolve("done");
    await expect(first).resolves.toBe("done");
    expect(state.runs).toHaveLength(1);
    await expect(throttled(4)).rejects.toThrow(FaastCancelledError);
  });

  it("rejects what waits for its turn under the rate", async () => {
    const abort = new AbortController();
    const throttled = throttle({ concurrency: 0, rate: 1e-6, signal: abort.signal }, async () => 1);
    await expect(throttled()).resolves.toBe(1);
    const waiting = throttled();
    abort.abort();
    await expect(waiting).rejects.toThrow(FaastCancelledError);
  });

  it("leaves nothing behind that keeps the process alive", async () => {
    const program = `
      import { throttle } from "@faast/core";
      const abort = new AbortController();
      const limits = { concurrency: 1, rate: 0.001, retry: () => true, signal: abort.signal };
      const fail = throttle(limits, () => Promise.reject(new Error()));
      const calls = [fail(), fail()];
      setTimeout(() => abort.abort(), 20);
      await Promise.allSettled(calls);
      process.stdout.write("settled");`;
    const args = ["--input-type=module", "--eval", program];
    // A process that is still alive after that time is killed, which is an error here.
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    expect(stdout).toBe("settled");
  });

  it("rejects what waits for another attempt, and starts none", async () => {
    const abort = new AbortController();
    let attempts = 0;
    const throttled = throttle(
      { concurrency: 1, retry: () => true, signal: abort.signal },
      async () => {
        attempts++;
        setTimeout(() => abort.abort(), 0);
        throw new Error("no");
      },
    );
    const results = [throttled(), throttled()];
    const outcomes = await Promise.allSettled(results);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: expect.any(FaastCancelledError) as unknown });
    }
    const before = attempts;
    await sleep(250);
    expect(attempts).toBe(before);
  });

  it("gives up the retries of a call that runs, which rejects with its own error", async () => {
    const abort = new AbortController();
    let attempts = 0;
    const throttled = throttle({ concurrency: 1, retry: 5, signal: abort.signal }, async () => {
      attempts++;
      abort.abort();
      throw new Error("mine");
    });
    await expect(throttled()).rejects.toThrow("mine");
    expect(attempts).toBe(1);
  });

  it("rejects calls at once if it has fired before, memoized ones included", async () => {
    const abort = new AbortController();
    const limits = { concurrency: 1, memoize: true, signal: abort.signal };
    const throttled = throttle(limits, async (n: number) => n);
    await throttled(1);
    abort.abort();
    await expect(throttled(1)).rejects.toThrow(FaastCancelledError);
  });

  it("has no listener of ours while no call waits or runs", async () => {
    let listeners = 0;
    const { signal } = new AbortController();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (
      listeners--,
      remove(...args)
    );
    const throttled = throttle({ concurrency: 1, signal }, async () => 1);
    const both = [throttled(), throttled()];
    expect(listeners).toBe(1);
    await Promise.all(both);
    await sleep(0);
    expect(listeners).toBe(0);
  });
});

describe("wrong limits of throttle()", () => {
  const fn = async () => 1;
  it.each<[string, unknown, RegExp]>([
    ["a missing concurrency", {}, /"concurrency" of throttle\(\) is missing/],
    ["no limits at all", undefined, /"concurrency" of throttle\(\) is missing/],
    [
      "a negative concurrency",
      { concurrency: -1 },
      /"concurrency".*must be a whole number.*not -1/,
    ],
    ["a concurrency of NaN", { concurrency: NaN }, /"concurrency".*not NaN/],
    ["a rate that is no number", { concurrency: 1, rate: "5" }, /"rate".*not "5"/],
    ["a burst of 0", { concurrency: 1, burst: 0 }, /"burst".*at least 1/],
    ["a fraction of a retry", { concurrency: 1, retry: 1.5 }, /"retry"/],
    ["a cache that is a path", { concurrency: 1, cache: "dir" }, /"cache".*a PersistentCache/],
    ["a Map for a cache", { concurrency: 1, cache: new Map() }, /"cache"/],
    ["a controller for a signal", { concurrency: 1, signal: new AbortController() }, /"signal"/],
    ["null for a signal", { concurrency: 1, signal: null }, /"signal".*not null/],
    ["a slip of the pen", { concurency: 1 }, /"concurency".*Did you mean "concurrency"/],
  ])("are refused: %s", (_, limits, message) => {
    const make = () => throttle(limits as Limits, fn);
    expect(make).toThrow(FaastOptionsError);
    expect(make).toThrow(message);
  });

  it("include what is no function", () => {
    const make = () => throttle({ concurrency: 1 }, 5 as unknown as typeof fn);
    expect(make).toThrow(/must be a function that returns a promise, not of type number/);
  });
});
