import { faast, FaastCancelledError, FaastTransportError, failureDetail } from "@faast/core";
import { loopbackProvider, type LoopbackOptions } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

async function start(loopback: LoopbackOptions = {}, options = {}) {
  return faast(loopbackProvider(loopback), funcs, options);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("calls", () => {
  it("return what the functions return", async () => {
    await using m = await start();
    expect(await m.functions.hello("world")).toBe("hello world");
    expect(await m.functions.add(1, 2)).toBe(3);
    expect(await m.functions.outer()).toBe("inner");
    expect(await m.functions.default()).toBe("default");
  });

  it("reject with what the functions throw, and tell where it came from", async () => {
    await using m = await start();
    const error = await m.functions.fail("bad").catch((each: unknown) => each);
    expect(error).toMatchObject({ name: "RangeError", message: "bad", status: 404 });
    expect((error as Error).stack).toMatch(/fixtures\/functions\.ts[^]*engine\.test\.ts/);
    expect(failureDetail(error)).toMatchObject({
      functionName: "fail",
      attempt: 0,
      logUrl: "memory:log",
    });
    await expect(m.functions.rejectWith("text")).rejects.toBe("text");
    await expect(m.functions.rejectWith(undefined)).rejects.toBeUndefined();
  });

  it("tell who awaits them, where they are too many to note who made each", async () => {
    await using m = await start({}, { concurrency: 0 });
    async function awaitsThem(): Promise<PromiseSettledResult<unknown>[]> {
      const calls: Promise<unknown>[] = [];
      for (let i = 0; i < 20; i++) {
        for (let j = 0; j < 300; j++) calls.push(m.functions.hello(""));
        calls.push(m.functions.fail("bad"));
      }
      return await Promise.allSettled(calls);
    }
    const settled = (await awaitsThem()).filter((each) => each.status === "rejected");
    const stacks = settled.map(({ reason }) => (reason as Error).stack);
    expect(stacks).toHaveLength(20);
    for (const stack of stacks) {
      expect(stack).toMatch(/^RangeError: bad[^]*fixtures\/functions\.ts/);
      expect(stack).not.toContain("call-site");
    }
    expect(stacks).toContainEqual(expect.stringMatching(/at async Promise\.allSettled \(index \d/));
  });

  it("run at most `concurrency` at a time", async () => {
    await using m = await start({}, { concurrency: 3 });
    const seen = await Promise.all(Array.from({ length: 12 }, () => m.functions.overlap(10)));
    expect(Math.max(...seen)).toBe(3);
  });

  it("start at most `rate` a second", async () => {
    await using m = await start({}, { rate: 20 });
    const begin = Date.now();
    await Promise.all(Array.from({ length: 5 }, () => m.functions.hello("")));
    expect(Date.now() - begin).toBeGreaterThanOrEqual(195);
  });

  it("start `burst` at once after a quiet spell, and at `rate` from there on", async () => {
    const starts: number[] = [];
    await using m = await start(
      { before: () => void starts.push(performance.now()) },
      { rate: 5, burst: 3 },
    );
    await Promise.all(Array.from({ length: 5 }, () => m.functions.hello("")));
    expect(starts[4]! - starts[0]!).toBeGreaterThanOrEqual(390);
    expect(starts[2]! - starts[0]!).toBeLessThan(starts[3]! - starts[2]!);
  });

  it("go by priority among those that wait", async () => {
    await using m = await start({}, { concurrency: 1 });
    const order: string[] = [];
    const keepAlive = setTimeout(() => undefined, 10_000);
    const first = m.functions.sleep(20);
    const low = m
      .with({ priority: -1 })
      .functions.hello("")
      .then(() => order.push("low"));
    const normal = m.functions.hello("").then(() => order.push("normal"));
    const high = m
      .with({ priority: 1 })
      .functions.hello("")
      .then(() => order.push("high"));
    await Promise.all([first, low, normal, high]);
    clearTimeout(keepAlive);
    expect(order).toEqual(["high", "normal", "low"]);
  });

  it("are counted once, whatever becomes of them", async () => {
    await using m = await start();
    await m.functions.hello("a");
    await m.functions.fail("b").catch(() => undefined);
    expect(m.stats()).toMatchObject({ invocations: 2, completed: 1, errors: 1, retries: 0 });
    expect(m.stats("hello")).toMatchObject({ invocations: 1, completed: 1 });
    expect(m.stats("hello").executionTime.samples).toBe(1);
  });
});

describe("failures of the transport", () => {
  it("are retried up to maxRetries", async () => {
    let tries = 0;
    await using m = await start({
      before: () => {
        if (++tries < 3) throw new Error("no way through");
      },
    });
    expect(await m.functions.hello("again")).toBe("hello again");
    expect(m.stats()).toMatchObject({ invocations: 1, completed: 1, retries: 2 });
  });

  it("reject when every attempt has failed", async () => {
    await using m = await start(
      {
        before: () => {
          throw new Error("no way through");
        },
      },
      { maxRetries: 1 },
    );
    const error = await m.functions.hello("x").catch((each: unknown) => each);
    expect(error).toBeInstanceOf(FaastTransportError);
    expect(error).toMatchObject({ code: "FAAST_TRANSPORT", functionName: "hello", attempt: 1 });
    expect((error as Error).message).toContain("no way through");
  });

  it("do not matter where frames come twice or out of order", async () => {
    const held: (() => void)[] = [];
    await using m = await start({
      deliver: (frame, invocation) => {
        const deliver = () => {
          invocation.receive(frame);
          invocation.receive(frame);
        };
        held.push(deliver);
        // Two frames at a time, the later one first.
        setTimeout(
          () =>
            held
              .splice(0)
              .reverse()
              .forEach((each) => each()),
          2,
        );
      },
    });
    expect(await m.functions.hello("twice")).toBe("hello twice");
    expect(await collect(m.functions.count(50))).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it("are never the reason to repeat what the user's function threw", async () => {
    let tries = 0;
    await using m = await start({ before: () => void tries++ });
    await m.functions.fail("once").catch(() => undefined);
    expect(tries).toBe(1);
    await m
      .with({ retry: 2 })
      .functions.fail("thrice")
      .catch(() => undefined);
    expect(tries).toBe(4);
    const decide = (error: unknown, attempt: number) => error instanceof RangeError && attempt < 1;
    await m
      .with({ retry: decide })
      .functions.fail("twice")
      .catch(() => undefined);
    expect(tries).toBe(6);
  });
});

describe("streams", () => {
  it("give the items in order, then the return value", async () => {
    await using m = await start();
    const stream = m.functions.count(3);
    expect(await stream.next()).toEqual({ value: 0, done: false });
    expect(await collect(stream)).toEqual([1, 2]);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    const other = m.functions.count(1);
    await other.next();
    expect(await other.next()).toEqual({ value: "done", done: true });
  });

  it("take values and errors by next and throw, as if they were here", async () => {
    await using m = await start();
    const remote = m.functions.echoes();
    const local = funcs.echoes();
    for (const each of [remote, local]) {
      expect(await each.next("ignored")).toEqual({ value: "got start", done: false });
      expect(await each.next("one")).toEqual({ value: "got one", done: false });
      expect(await each.throw(new Error("two"))).toEqual({ value: "got caught two", done: false });
      expect(await each.next("three")).toEqual({ value: "got three", done: false });
      expect(await each.next("stop")).toEqual({ value: "stopped", done: true });
    }
  });

  it("take values from an iterator obtained by Symbol.asyncIterator, too", async () => {
    await using m = await start();
    const stream = m.functions.echoes()[Symbol.asyncIterator]();
    await stream.next();
    expect(await stream.next("one")).toEqual({ value: "got one", done: false });
    expect(await stream.return("early")).toEqual({ value: "early", done: true });
  });

  it("end remotely when the caller breaks off", async () => {
    await using m = await start();
    const before = await m.functions.progress();
    for await (const item of m.functions.count(1_000_000)) if (item === 5) break;
    const after = await m.functions.progress();
    expect(after.closed).toBe(before.closed + 1);
    expect(after.produced).toBeLessThan(1000);
  });

  it("run no further ahead of a slow caller than the window allows", async () => {
    await using m = await start({}, { streamWindow: 8 });
    const stream = m.functions.count(1000)[Symbol.asyncIterator]();
    for (let i = 0; i < 20; i++) {
      await stream.next();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await m.functions.progress()).produced).toBeLessThanOrEqual(29);
    await stream.return("enough");
  });

  it("deliver the items before the error that follows them", async () => {
    await using m = await start();
    const items: number[] = [];
    await expect(
      (async () => {
        for await (const item of m.functions.failsAfter(3)) items.push(item);
      })(),
    ).rejects.toThrow(TypeError);
    expect(items).toEqual([0, 1, 2]);
  });

  it("are lazy", async () => {
    await using m = await start();
    const unused = m.functions.count(3);
    expect(await unused.return("never")).toEqual({ value: "never", done: true });
    expect(m.stats("count").invocations).toBe(0);
    const details = m.functionsDetail.count(1);
    expect(m.stats("count").invocations).toBe(0);
    expect(await details.next()).toMatchObject({ value: { value: 0 }, done: false });
  });

  it("are found where a plain function returns an iterator", async () => {
    await using m = await start();
    expect(await collect(m.functions.wrapped(3))).toEqual([0, 1, 2]);
    const awaited = (await (m.functions.wrapped(2) as unknown)) as AsyncGenerator<number>;
    expect(await awaited.next()).toEqual({ value: 0, done: false });
    expect(await awaited.next()).toEqual({ value: 1, done: false });
    expect(await awaited.next()).toEqual({ value: "done", done: true });
  });

  it("answer calls of next that do not wait for one another", async () => {
    await using m = await start();
    const stream = m.functions.count(3);
    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
    expect(results.map((each) => each.value)).toEqual([0, 1, 2, "done"]);
    const other = m.functions.count(10);
    const mixed = await Promise.all([other.next(), other.next(), other.return("x"), other.next()]);
    expect(mixed.map((each) => [each.value, each.done])).toEqual([
      [0, false],
      [1, false],
      ["x", true],
      [undefined, true],
    ]);
  });
});

describe("cancellation", () => {
  it("rejects what waits and what runs at once, and open streams", async () => {
    const m = await start({}, { concurrency: 2 });
    const stream = m.functions.count(10);
    await stream.next();
    const calls = [m.functions.sleep(60_000), m.functions.sleep(60_000), m.functions.sleep(60_000)];
    const outcomes = Promise.allSettled(calls);
    await m.cleanup();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "FAAST_CANCELLED" } });
    }
    await expect(stream.next()).rejects.toThrow(FaastCancelledError);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    await expect(m.functions.hello("late")).rejects.toThrow(FaastCancelledError);
    await m.cleanup();
    expect(m.stats().errors).toBeGreaterThanOrEqual(4);
    expect(m.costSnapshot().total()).toBe(0);
    expect(m.logUrl()).toBe("memory:log");
  });

  it("comes by a signal for single calls, without a listener for each", async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on("warning", listener);
    await using m = await start();
    const controller = new AbortController();
    const { functions } = m.with({ signal: controller.signal });
    const calls = Promise.allSettled(Array.from({ length: 50 }, () => functions.sleep(60_000)));
    controller.abort(new Error("enough"));
    for (const outcome of await calls) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "FAAST_CANCELLED" } });
    }
    await expect(functions.hello("x")).rejects.toThrow(FaastCancelledError);
    expect(await m.functions.hello("y")).toBe("hello y");
    process.off("warning", listener);
    expect(warnings).toEqual([]);
  });

  it("ends no program by a call that nobody waits for", async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    const m = await start();
    const controller = new AbortController();
    void m.functions.sleep(60_000);
    void m.with({ signal: controller.signal }).functions.sleep(60_000);
    const stream = m.functions.echoes();
    await stream.next();
    void stream.next("x").then(() => stream.next("y"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await m.cleanup();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  it("comes by a signal for the whole module", async () => {
    const controller = new AbortController();
    const m = await start({}, { signal: controller.signal });
    const call = m.functions.sleep(60_000);
    controller.abort();
    await expect(call).rejects.toThrow(FaastCancelledError);
    await m.cleanup();
  });
});

describe("the module", () => {
  it("gives views with options of their own, and views of those", async () => {
    const controller = new AbortController();
    await using m = await start();
    const view = m.with({ timeout: 30, retry: 1 }).with({ signal: controller.signal });
    expect(await view.functions.hello("x")).toBe("hello x");
    await expect(view.functions.fail("x")).rejects.toThrow("x");
    expect(m.stats("fail").retries).toBe(1);
    const sleeping = view.functionsDetail.sleep(60_000);
    controller.abort();
    await expect(sleeping).rejects.toThrow(FaastCancelledError);
    expect(() => view.with({ timeout: -1 })).toThrow(/timeout.*with\(\)/);
  });

  it("shows just the callable exports", async () => {
    await using m = await start();
    expect(Object.keys(m.functions).sort()).toEqual(
      Object.keys(funcs)
        .filter((key) => !["NotAFunction", "constant"].includes(key))
        .sort(),
    );
    expect("constant" in m.functions).toBe(false);
    expect("hello" in m.functions).toBe(true);
  });

  it("can be awaited, logged and turned into JSON", async () => {
    await using m = await start();
    expect(await Promise.resolve(m.functions)).toBe(m.functions);
    expect(JSON.parse(JSON.stringify(m))).toMatchObject({ provider: "loopback" });
    expect(JSON.stringify(m.functions)).toBe("{}");
    const { inspect } = await import("node:util");
    expect(inspect(m)).toContain("loopback");
    expect(inspect(m.functions)).toContain("hello");
  });

  it("refuses a listener that is no function", async () => {
    await using m = await start();
    expect(() => m.on("stats", 5 as never)).toThrow(TypeError);
  });

  it("tells statistics once a second to those who listen", async () => {
    await using m = await start();
    const events: string[] = [];
    const told = new Promise<void>((resolve) => {
      const listener = (event: { fn: string; stats: { completed: number } }) => {
        events.push(`${event.fn} ${event.stats.completed}`);
        m.off("stats", listener);
        resolve();
      };
      m.on("stats", listener);
    });
    await m.functions.hello("x");
    await told;
    expect(events).toEqual(["hello 1"]);
  });
});
