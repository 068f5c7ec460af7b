import fc from "fast-check";
import { faast, FaastError } from "@faast/core";
import type { ControlMessage, FailureCode, Frame, Invocation } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

/** Numbers that look random and are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const codes: FailureCode[] = ["exit", "lost", "throttled", "memory", "timeout"];

/** A provider on whose way everything happens that can happen. */
function chaoticProvider(random: () => number) {
  const mess = <T>(message: T, send: (message: T) => void) => {
    const fate = random();
    if (fate < 0.03) return;
    if (fate < 0.1) send(message);
    if (fate < 0.3) return void setTimeout(send, random() * 30, message);
    send(message);
  };
  const provider = loopbackProvider({
    before: () => {
      if (random() < 0.05) throw new Error("no way through");
    },
    deliver: (frame: Frame, invocation: Invocation) => {
      const code = codes[Math.floor(random() * 100)];
      if (code !== undefined) invocation.fail(code, "says the platform");
      mess(frame, (each) => invocation.receive(each));
    },
    deliverControl: (message: ControlMessage, send) => mess(message, send),
  });
  const { deploy } = provider;
  provider.deploy = async (spec, signal) => {
    const deployment = await deploy(spec, signal);
    return { ...deployment, limits: { startupTime: 0, overtakingTime: 100 } };
  };
  return provider;
}

/** How a promise ended; `hangs` if it did not. */
const ending = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(
      () => "value",
      (error: unknown) =>
        error instanceof FaastError || error instanceof RangeError ? "error" : String(error),
    ),
    new Promise<string>((resolve) => setTimeout(resolve, 40_000, "hangs").unref()),
  ]);

describe("whatever the transport does", () => {
  it("every call and every step of every stream settles by itself, and frees its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = randomFrom(seed);
        const m = await faast(chaoticProvider(random), funcs, { concurrency: 50, streamWindow: 4 });
        const one = async (): Promise<unknown> => {
          const { functions } = m.with({
            timeout: 0.3,
            ...(random() < 0.2 ? { signal: AbortSignal.timeout(Math.ceil(random() * 200)) } : {}),
            ...(random() < 0.2 ? { retry: Math.floor(random() * 3) } : {}),
          });
          const kind = random();
          if (kind < 0.3) return functions.hello("x");
          if (kind < 0.4) return functions.fail("x");
          if (kind < 0.5) return functions.overlap(random() * 50);
          const stream =
            kind < 0.6
              ? (functions.wrapped(9) as AsyncIterable<unknown>)
              : functions.count(kind < 0.8 ? 9 : 1e6);
          let wanted = Math.floor(random() * 20);
          if (kind < 0.95) {
            for await (const item of stream) if (wanted-- < 0) return item;
            return undefined;
          }
          const iterator = stream[Symbol.asyncIterator]() as AsyncGenerator<
            unknown,
            unknown,
            unknown
          >;
          return Promise.all([
            iterator.next(1),
            iterator.next(),
            iterator.return(2),
            iterator.next(),
          ]);
        };
        const endings = await Promise.all(Array.from({ length: 400 }, () => ending(one())));
        expect(endings.filter((each) => !["value", "error"].includes(each))).toEqual([]);
        // Places are free again: as many calls as there are places run at once.
        const { functions } = m.with({ retry: 1000, timeout: 0.3 });
        const after = await Promise.all(
          Array.from({ length: 50 }, () => ending(functions.hello("x"))),
        );
        expect(after).toEqual(after.map(() => "value"));
        await m.cleanup();
      }),
      { numRuns: 1 },
    );
  });
});
