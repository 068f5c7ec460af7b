import { inspect } from "node:util";
import type { FaastError } from "@faast/core";
import { faast } from "@faast/core";
import type { ControlMessage, Frame, Invocation } from "@faast/core/provider";
import { loopbackProvider, type LoopbackOptions } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const start = (loopback: LoopbackOptions = {}, options = {}) =>
  faast(loopbackProvider(loopback), funcs, options);

/** Kills the first attempt at its first item. */
function dieAtFirstItem(frame: Frame, invocation: Invocation): void {
  if (invocation.request.attempt === 0 && frame.type === "yield") {
    invocation.fail("exit", "the worker died");
  } else {
    invocation.receive(frame);
  }
}

describe("a stream", () => {
  it("behind other calls keeps the steps that are taken meanwhile", async () => {
    await using m = await start({}, { concurrency: 1 });
    const before = m.functions.overlap(50);
    const stream = m.functions.echoes();
    const answers = [stream.next(), stream.next("x")];
    await before;
    expect((await Promise.all(answers)).map((each) => each.value)).toEqual(["got start", "got x"]);
    await stream.return("enough");
  });

  it("behind other calls ends at once when it is not wanted any more", async () => {
    await using m = await start({}, { concurrency: 1 });
    const before = m.functions.overlap(300);
    const stream = m.functions.echoes();
    const first = stream.next();
    expect(await stream.return("never mind")).toEqual({ value: "never mind", done: true });
    expect(await first).toEqual({ value: undefined, done: true });
    await before;
  });

  it("begins anew where its worker died before the first item, with all that was asked of it", async () => {
    await using m = await start({ deliver: dieAtFirstItem });
    const stream = m.functions.count(5)[Symbol.asyncIterator]();
    const [first, second] = await Promise.all([stream.next(), stream.next()]);
    expect([first.value, second.value]).toEqual([0, 1]);
    await stream.return("enough");
  });

  it("that a promise gave fails, and does not begin anew, when its worker dies", async () => {
    await using m = await start({ deliver: dieAtFirstItem });
    const stream = (await (m.functions.wrapped(5) as unknown)) as AsyncGenerator<number>;
    await expect(stream.next()).rejects.toMatchObject({ code: "FAAST_WORKER_EXIT" });
  });

  it("that is delivered twice follows one execution only", async () => {
    const provider = loopbackProvider();
    const { deploy } = provider;
    provider.deploy = async (spec, signal) => {
      const deployment = await deploy(spec, signal);
      return {
        ...deployment,
        invoke: async (invocation) => {
          // Frames of both arrive; control messages reach both, as by a queue that is read twice.
          const listeners: ((message: ControlMessage) => void)[] = [];
          const twin: Invocation = {
            request: invocation.request,
            signal: invocation.signal,
            over: false,
            defer: () => false,
            receive: (frame) => invocation.receive(frame),
            fail: (code, message) => invocation.fail(code, message),
            onControl: (listener) => listeners.push(listener),
          };
          await deployment.invoke(twin);
          await deployment.invoke(twin);
          invocation.onControl((message) => listeners.forEach((each) => each(message)));
        },
      };
    };
    await using m = await faast(provider, funcs);
    const items: number[] = [];
    for await (const item of m.functions.numbered(4)) items.push(item);
    // Each execution numbers its items from a start of its own.
    expect(items.map((item) => item - items[0]!)).toEqual([0, 1, 2, 3]);
  });

  it("gives plain steps after values their places", async () => {
    await using m = await start();
    const stream = m.functions.echoes();
    const answers = await Promise.all([stream.next("a"), stream.next(), stream.next("c")]);
    expect(answers.map((each) => each.value)).toEqual(["got start", "got undefined", "got c"]);
    await stream.return("enough");
  });

  it("loses nothing to a step whose value cannot travel", async () => {
    await using m = await start();
    const stream = m.functions.count(20)[Symbol.asyncIterator]();
    const items = [(await stream.next()).value, (await stream.next()).value];
    await expect(stream.throw(() => undefined)).rejects.toThrow(/cannot be serialized/);
    for (let i = 0; i < 3; i++) items.push((await stream.next()).value);
    expect(items).toEqual([0, 1, 2, 3, 4]);
    await stream.return("enough");
  });
});

describe("calls", () => {
  it("may have a time-out of weeks", async () => {
    await using m = await start({}, { timeout: 2_000_000 });
    expect(await m.functions.sleep(20)).toBe(20);
  });

  it("settle when the transport cannot take a control message", async () => {
    const provider = loopbackProvider();
    const { deploy } = provider;
    provider.deploy = async (spec, signal) => {
      const deployment = await deploy(spec, signal);
      return {
        ...deployment,
        invoke: (invocation) => {
          invocation.onControl(() => {
            throw new Error("the way up is closed");
          });
          return Promise.resolve();
        },
      };
    };
    const m = await faast(provider, funcs, { maxRetries: 0 });
    const call = m.functions.sleep(60_000).catch((error: FaastError) => error.code);
    await m.cleanup();
    expect(await call).toBe("FAAST_CANCELLED");
  });

  it("retry at the rate that was asked for", async () => {
    const starts: number[] = [];
    await using m = await start(
      {
        before: () => {
          starts.push(performance.now());
          if (starts.length < 3) throw new Error("no way through");
        },
      },
      { rate: 2 },
    );
    await m.functions.hello("x");
    expect(starts[1]! - starts[0]!).toBeGreaterThan(490);
    expect(starts[2]! - starts[1]!).toBeGreaterThan(490);
  });

  it("of many priorities do not slow one another down", async () => {
    await using m = await start({}, { concurrency: 1 });
    const calls = Array.from({ length: 3000 }, (_, priority) =>
      m.with({ priority }).functions.hello(""),
    );
    expect((await Promise.all(calls)).length).toBe(3000);
  });
});

describe("faast()", () => {
  it("that is cancelled while it works rejects, and closes what it has deployed", async () => {
    const controller = new AbortController();
    const provider = loopbackProvider();
    const { deploy } = provider;
    provider.deploy = async (spec, signal) => {
      controller.abort();
      return deploy(spec, signal);
    };
    await expect(faast(provider, funcs, { signal: controller.signal })).rejects.toMatchObject({
      code: "FAAST_CANCELLED",
    });
    expect(provider.closed).toBe(1);
  });

  it("reports a provider that throws at once like one that rejects", async () => {
    const provider = loopbackProvider();
    provider.deploy = () => {
      throw new Error("not today");
    };
    await expect(faast(provider, funcs)).rejects.toMatchObject({ code: "FAAST_CREATE_FUNCTION" });
  });

  it("keeps the values of env out of whatever is logged", async () => {
    await using m = await start({}, { env: { TOKEN: "secret-value" } });
    const snapshot = m.costSnapshot();
    expect(inspect([m, snapshot], { depth: 9 }) + JSON.stringify([m, snapshot])).not.toContain(
      "secret-value",
    );
  });
});

describe("a straggler", () => {
  it("is run a second time, in a free place, and its first outcome counts", async () => {
    let slow = 0;
    await using m = await start(
      {
        deliver: (frame, invocation) => {
          // The first attempt of one call never answers.
          if (
            invocation.request.functionName === "add" &&
            slow > 0 &&
            invocation.request.attempt === 0
          )
            return;
          invocation.receive(frame);
        },
      },
      { timeout: 30 },
    );
    for (let i = 0; i < 25; i++) await m.functions.add(i, i);
    slow = 1;
    expect(await m.functions.add(20, 22)).toBe(42);
    expect(m.stats("add").retries).toBe(1);
  });

  it("whose duplicate comes first is given up itself, and counted as one call", async () => {
    let slow = false;
    const given: number[] = [];
    await using m = await start(
      {
        deliver: (frame, invocation) => {
          const { attempt } = invocation.request;
          if (!slow || attempt > 0) return invocation.receive(frame);
          invocation.signal.addEventListener("abort", () => given.push(attempt));
        },
      },
      { timeout: 30 },
    );
    for (let i = 0; i < 25; i++) await m.functions.add(i, i);
    slow = true;
    await m.functions.add(1, 1);
    expect(given).toEqual([0]);
    expect(m.stats("add")).toMatchObject({ invocations: 26, completed: 26, errors: 0, retries: 1 });
  });

  it("is no call whose worker is as slow to start as others have been", async () => {
    let calls = 0;
    const starts: number[] = [];
    await using m = await start({
      deliver: (frame, invocation) => {
        starts.push(invocation.request.attempt);
        // Each third call meets a worker that takes its time to start.
        const cold = calls++ % 3 === 0 ? 1000 : 0;
        if (frame.type !== "result") return invocation.receive(frame);
        const { timing } = frame;
        const late = { ...frame, timing: { ...timing, startedAt: timing.startedAt + cold } };
        setTimeout(() => invocation.receive(late), calls > 30 ? 1300 : cold);
      },
    });
    await Promise.all(Array.from({ length: 30 }, () => m.functions.hello("")));
    // 1.3 s are many deviations of the execution times, but few of the times to start.
    await m.functions.hello("cold");
    expect(starts).toEqual(starts.map(() => 0));
  });

  it("is left alone where speculativeRetryThreshold is 0", async () => {
    await using m = await start({}, { speculativeRetryThreshold: 0 });
    for (let i = 0; i < 25; i++) await m.functions.sleep(1);
    const keepAlive = setTimeout(() => undefined, 10_000);
    await m.functions.sleep(1700);
    clearTimeout(keepAlive);
    expect(m.stats("sleep").retries).toBe(0);
  });
});
