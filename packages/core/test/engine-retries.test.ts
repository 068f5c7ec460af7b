import {
  faast,
  FaastConcurrencyError,
  FaastTransportError,
  FaastWorkerExitError,
} from "@faast/core";
import type { Frame, Invocation, TransportLimits } from "@faast/core/provider";
import { loopbackProvider, type LoopbackOptions } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

interface Setting extends LoopbackOptions {
  limits?: Partial<TransportLimits>;
}

/** A module over a loopback transport with limits of its own. */
async function start({ limits, ...loopback }: Setting, options = {}) {
  const provider = loopbackProvider(loopback);
  const { deploy } = provider;
  provider.deploy = async (spec, signal) => {
    const deployment = await deploy(spec, signal);
    return { ...deployment, limits: { ...deployment.limits, ...limits } };
  };
  return faast(provider, funcs, options);
}

/** Ends each attempt by a failure of the platform, `times` times; counts the attempts. */
function failing(code: "exit" | "throttled" | "lost", times = Infinity) {
  const attempts: number[] = [];
  const deliver = (frame: Frame, invocation: Invocation) => {
    attempts.push(invocation.request.attempt);
    if (attempts.length <= times) invocation.fail(code, "says the platform");
    else invocation.receive(frame);
  };
  return { attempts, deliver };
}

describe("a number of retries given to a call", () => {
  it("counts whatever the failure, in the place of maxRetries", async () => {
    for (const code of ["exit", "lost", "throttled"] as const) {
      const { attempts, deliver } = failing(code);
      await using m = await start({ deliver });
      await expect(m.with({ retry: 0 }).functions.hello("x")).rejects.toThrow("says the platform");
      expect(attempts).toEqual([0]);
      await expect(m.with({ retry: 1 }).functions.hello("x")).rejects.toThrow("says the platform");
      expect(attempts).toEqual([0, 0, 1]);
    }
  });
});

describe("the caller's own decision to retry", () => {
  it("is asked only about what maxRetries does not cover", async () => {
    const { attempts, deliver } = failing("exit");
    await using m = await start({ deliver }, { maxRetries: 1 });
    const asked: [unknown, number][] = [];
    const retry = (error: unknown, attempt: number) => {
      asked.push([error, attempt]);
      return attempt < 2;
    };
    await expect(m.with({ retry }).functions.hello("x")).rejects.toThrow(FaastWorkerExitError);
    expect(attempts).toEqual([0, 1, 2]);
    expect(asked).toEqual([
      [expect.any(FaastWorkerExitError), 1],
      [expect.any(FaastWorkerExitError), 2],
    ]);
  });

  it("may cancel the very call", async () => {
    await using m = await start({});
    const controller = new AbortController();
    const retry = () => {
      controller.abort();
      return true;
    };
    const { functions } = m.with({ retry, signal: controller.signal });
    await expect(functions.fail("x")).rejects.toMatchObject({ code: "FAAST_CANCELLED" });
    expect(m.stats()).toMatchObject({ invocations: 1, errors: 1, retries: 0 });
    expect(await m.functions.hello("next")).toBe("hello next");
  });
});

describe("a platform that takes no more calls", () => {
  it("is offered a call more often than maxRetries says, since the call has not run", async () => {
    const { attempts, deliver } = failing("throttled", 3);
    await using m = await start({ deliver }, { maxRetries: 1 });
    expect(await m.functions.hello("patient")).toBe("hello patient");
    expect(attempts).toEqual([0, 1, 2, 3]);
    expect(m.stats()).toMatchObject({ invocations: 1, completed: 1, retries: 3, errors: 0 });
  });

  it("leaves the retries of other failures as they are", async () => {
    let attempts = 0;
    await using m = await start(
      {
        deliver: (frame, invocation) => {
          const code = (["throttled", "throttled", "exit"] as const)[attempts++];
          if (code === undefined) invocation.receive(frame);
          else invocation.fail(code, "says the platform");
        },
      },
      { maxRetries: 1 },
    );
    expect(await m.functions.hello("again")).toBe("hello again");
  });

  it("is not waited for longer than the call's time-out", async () => {
    const { attempts, deliver } = failing("throttled");
    await using m = await start({ deliver });
    const call = m.with({ timeout: 0.5 }).functions.hello("x");
    await expect(call).rejects.toThrow(FaastConcurrencyError);
    expect(attempts.length).toBeLessThan(9);
  });

  it("is not asked again where there are to be no retries", async () => {
    const { attempts, deliver } = failing("throttled");
    await using m = await start({ deliver }, { maxRetries: 0 });
    await expect(m.functions.hello("x")).rejects.toThrow(FaastConcurrencyError);
    expect(attempts).toEqual([0]);
  });
});

describe("functions that must not run twice", () => {
  it("are not retried after a failure in which they may have run", async () => {
    for (const code of ["exit", "lost"] as const) {
      const { attempts, deliver } = failing(code);
      await using m = await start({ deliver }, { nonIdempotent: ["hello"] });
      await expect(m.functions.hello("x")).rejects.toThrow("says the platform");
      expect(attempts).toEqual([0]);
      await expect(m.with({ idempotent: true }).functions.hello("x")).rejects.toThrow();
      expect(attempts).toEqual([0, 0, 1, 2]);
      await expect(m.with({ idempotent: false }).functions.add(1, 2)).rejects.toThrow();
      expect(attempts).toEqual([0, 0, 1, 2, 0]);
    }
  });

  it("are retried where they have not run, and where the caller asks for it", async () => {
    const refused = failing("throttled", 1);
    await using m = await start({ deliver: refused.deliver }, { nonIdempotent: ["hello"] });
    expect(await m.functions.hello("x")).toBe("hello x");
    const died = failing("exit", 1);
    await using other = await start({ deliver: died.deliver }, { nonIdempotent: ["hello"] });
    expect(await other.with({ retry: 1 }).functions.hello("y")).toBe("hello y");
  });

  it("have no duplicates as stragglers", async () => {
    let silent = false;
    await using m = await start(
      {
        deliver: (frame, invocation) => {
          if (!silent || invocation.request.attempt > 0) invocation.receive(frame);
        },
      },
      { nonIdempotent: ["add"], timeout: 1 },
    );
    for (let i = 0; i < 25; i++) await Promise.all([m.functions.add(i, i), m.functions.hello("")]);
    silent = true;
    const [once, twice] = await Promise.allSettled([m.functions.add(1, 1), m.functions.hello("x")]);
    expect(once).toMatchObject({ status: "rejected", reason: { code: "FAAST_TIMEOUT" } });
    expect(twice).toEqual({ status: "fulfilled", value: "hello x" });
    expect(m.stats("add").retries).toBe(0);
  });

  it("are refused by name if the module has no such function", async () => {
    await expect(start({}, { nonIdempotent: ["helo"] })).rejects.toThrow(
      /nonIdempotent.*"helo".*Did you mean "hello"/,
    );
  });
});

describe("a call of which nothing is heard", () => {
  it("fails by its time-out, and is made again if the caller asks for it", async () => {
    let attempts = 0;
    const deliver = (frame: Frame, invocation: Invocation) => {
      attempts++;
      if (invocation.request.attempt > 0) invocation.receive(frame);
    };
    await using m = await start({ deliver }, { timeout: 0.1 });
    const [failed, given] = await Promise.allSettled([
      m.functions.hello("once"),
      m.with({ retry: 1 }).functions.hello("twice"),
    ]);
    expect(failed).toMatchObject({ status: "rejected", reason: { code: "FAAST_TIMEOUT" } });
    expect(given).toEqual({ status: "fulfilled", value: "hello twice" });
    expect(attempts).toBe(3);
  });
});

describe("an attempt whose last frame never comes", () => {
  it("is made again at once where the transport says that it has no more", async () => {
    await using m = await start({
      limits: { framesFollow: false, startupTime: 60_000 },
      deliver: () => undefined,
    });
    const error = await m.functions.hello("x").catch((each: unknown) => each);
    expect(error).toBeInstanceOf(FaastTransportError);
    expect(error).toMatchObject({
      attempt: 2,
      message: expect.stringContaining("without an outcome"),
    });
  });

  it("is made again when a frame before it has been missing for too long", async () => {
    let lost = 0;
    await using m = await start({
      limits: { overtakingTime: 50, startupTime: 60_000 },
      deliver: (frame, invocation) => {
        if (frame.sequence === 0 && lost++ === 0) return;
        invocation.receive(frame);
      },
    });
    const items: number[] = [];
    for await (const item of m.functions.count(3)) items.push(item);
    expect(items).toEqual([0, 1, 2]);
    expect(m.stats("count").retries).toBe(1);
  });

  it("is not missed where a frame comes late, but comes", async () => {
    await using m = await start({
      limits: { overtakingTime: 300 },
      deliver: (frame, invocation) => {
        setTimeout(() => invocation.receive(frame), frame.sequence % 3 === 0 ? 100 : 0);
      },
    });
    const items: number[] = [];
    for await (const item of m.functions.count(40)) items.push(item);
    expect(items.length).toBe(40);
    expect(m.stats("count").retries).toBe(0);
  });
});

describe("a decision over retries", () => {
  it("that answers with a promise is no yes, and so asked once", async () => {
    await using m = await start({});
    let asked = 0;
    const retry = (async () => ++asked > 0) as unknown as () => boolean;
    await expect(m.with({ retry }).functions.fail("x")).rejects.toThrow(RangeError);
    expect(asked).toBe(1);
  });

  it("that throws does not hide what the call failed with", async () => {
    const warnings: string[] = [];
    const { emitWarning } = process;
    process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
    await using m = await start({});
    const retry = () => {
      throw new Error("a mistake in the decision");
    };
    await expect(m.with({ retry }).functions.fail("x")).rejects.toThrow(RangeError);
    process.emitWarning = emitWarning;
    expect(warnings.join()).toContain("a mistake in the decision");
  });
});
