import fc from "fast-check";
import {
  FaastCancelledError,
  FaastError,
  FaastTimeoutError,
  FaastTransportError,
  faast,
} from "@faast/core";
import type { FaastModule } from "@faast/core";
import { loopbackProvider } from "./loopback-provider.ts";
import { PROPERTY_TIME, runs } from "./run-count.ts";
import * as funcs from "./fixtures/functions.ts";

type Module = FaastModule<typeof funcs>;
type Functions = Module["functions"];

/** Milliseconds in which everything is settled after `cleanup()`. Generous: nothing waits for this long. */
const SETTLED = 10_000;

/** What is called, and how it ends if nothing comes in between. */
const calls: Record<string, { make: (f: Functions) => Promise<unknown>; ends: string }> = {
  result: { make: (f) => f.add(1, 2), ends: "3" },
  later: { make: (f) => f.sleep(3), ends: "3" },
  thrown: { make: (f) => f.fail("gone"), ends: "RangeError: gone" },
  rejected: { make: (f) => f.rejectWith({ a: 1n }), ends: "[object Object]" },
  refused: { make: (f) => f.hello((() => 1) as never), ends: "FaastSerializationError" },
  unsendable: { make: (f) => f.unsendable(), ends: "FaastSerializationError" },
  all: { make: (f) => collect(f.count(5)), ends: "0,1,2,3,4" },
  some: { make: (f) => collect(f.count(500), 3), ends: "0,1,2" },
  failing: { make: (f) => collect(f.failsAfter(3)), ends: "TypeError: no more" },
  stream: { make: (f) => collect(f.wrapped(4)), ends: "0,1,2,3" },
};

async function collect(items: AsyncIterable<unknown>, wanted = Infinity): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length >= wanted) break;
  }
  return all;
}

/** What the transport does to each message, in turn. */
type Mess = "nothing" | "delays" | "doubles" | "triples late" | "loses";

function messer(messes: readonly Mess[]) {
  let next = 0;
  return <T>(message: T, send: (message: T) => void) => {
    const turn = next++;
    const delay = (turn * 7) % 5;
    switch (messes[turn % messes.length]) {
      case "delays":
        return void setTimeout(send, delay, message);
      case "doubles":
        send(message);
        return void setTimeout(send, delay, message);
      case "triples late":
        for (const each of [delay, 1, 4]) setTimeout(send, each, message);
        return;
      case "loses":
        return;
      case "nothing":
      case undefined:
        return send(message);
    }
  };
}

/** How a call ended, as text. */
async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    return String(await promise);
  } catch (error) {
    // Of ours, the kind is what counts; of the user's, everything.
    return error instanceof FaastError ? error.name : String(error);
  }
}

/** All outcomes; "HANGS" for what does not settle in time. */
function settled(outcomes: Promise<string>[]): Promise<string[]> {
  return Promise.all(
    outcomes.map((each) =>
      Promise.race([
        each,
        new Promise<string>((resolve) => setTimeout(resolve, SETTLED, "HANGS").unref()),
      ]),
    ),
  );
}

interface Planned {
  readonly kind: string;
  /** Milliseconds after which its signal is aborted. */
  readonly abortAfter: number | undefined;
}

const plans = fc.array(
  fc.record<Planned>({
    kind: fc.constantFrom(...Object.keys(calls)),
    abortAfter: fc.option(fc.nat(12), { nil: undefined, freq: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const messes = (...extra: Mess[]) =>
  fc.array(fc.constantFrom<Mess>("nothing", "delays", "doubles", "triples late", ...extra), {
    minLength: 1,
    maxLength: 9,
  });

interface Setting {
  readonly down: readonly Mess[];
  readonly up: readonly Mess[];
  /** Attempts, counted over all calls, whose transport fails: every so many. */
  readonly failEvery?: number | undefined;
  readonly concurrency?: number;
  /** Seconds that a call may take. */
  readonly timeout?: number;
}

async function start(setting: Setting, streamWindow: number): Promise<Module> {
  const { down, up, failEvery = 0, concurrency = 4, timeout = 30 } = setting;
  const downwards = messer(down);
  let attempts = 0;
  const provider = loopbackProvider({
    before: () => {
      if (failEvery > 0 && ++attempts % failEvery === 0) throw new Error("the line is down");
    },
    deliver: (frame, invocation) => downwards(frame, (each) => invocation.receive(each)),
    deliverControl: messer(up),
  });
  return faast(provider, funcs, { streamWindow, concurrency, timeout });
}

function place({ kind, abortAfter }: Planned, m: Module): Promise<string> {
  const { make } = calls[kind]!;
  if (abortAfter === undefined) return outcome(make(m.functions));
  const controller = new AbortController();
  const views = m.with({ signal: controller.signal });
  const promise = outcome(make(views.functions));
  setTimeout(() => controller.abort(), abortAfter);
  return promise;
}

// A rejection that nobody hears of fails a test as well: jest sees to that.
describe("calls of all kinds at once", () => {
  it(
    "end as they should, each on its own, however frames are delayed, doubled and reordered",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          plans,
          messes(),
          messes(),
          fc.integer({ min: 1, max: 20 }),
          async (all, down, up, window) => {
            await using m = await start({ down, up }, window);
            const outcomes = await settled(all.map((each) => place(each, m)));
            outcomes.forEach((each, index) => {
              const { kind, abortAfter } = all[index]!;
              const { ends } = calls[kind]!;
              if (abortAfter === undefined) expect(each).toBe(ends);
              else expect([ends, FaastCancelledError.className]).toContain(each);
            });
            const { errors, completed, invocations } = m.stats();
            expect(errors + completed).toBeLessThanOrEqual(invocations);
          },
        ),
        { numRuns: runs(60) },
      );
    },
    PROPERTY_TIME,
  );

  it(
    "are all settled by cleanup(), whenever it comes, and whatever has been lost",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          plans,
          fc.record({
            down: messes("loses"),
            up: messes("loses"),
            failEvery: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
          }),
          fc.nat(25),
          async (all, setting, closeAfter) => {
            const m = await start(setting, 3);
            const outcomes = all.map((each) => place(each, m));
            await new Promise((resolve) => setTimeout(resolve, closeAfter));
            await m.cleanup();
            const late = outcome(m.functions.add(1, 2));
            const ours = [FaastCancelledError.className, FaastTransportError.className];
            (await settled(outcomes)).forEach((each, index) => {
              expect([calls[all[index]!.kind]!.ends, ...ours]).toContain(each);
            });
            expect(await settled([late])).toEqual([FaastCancelledError.className]);
          },
        ),
        { numRuns: runs(100) },
      );
    },
    PROPERTY_TIME,
  );

  it(
    "are all settled by their deadlines, if nobody ends them, whatever has been lost",
    async () => {
      const many = fc.array(fc.constantFrom(...Object.keys(calls)), {
        minLength: 80,
        maxLength: 80,
      });
      await fc.assert(
        fc.asyncProperty(many, messes("loses"), messes("loses"), async (kinds, down, up) => {
          // Long lists, so that not all messages are lost, or none.
          const extra: Mess[] = ["nothing", "nothing", "delays", "loses"];
          const setting = { down: [...down, ...extra], up: [...up, ...extra] };
          await using m = await start({ ...setting, concurrency: 100, timeout: 0.1 }, 3);
          const outcomes = kinds.map((kind) => place({ kind, abortAfter: undefined }, m));
          (await settled(outcomes)).forEach((each, index) => {
            const { ends } = calls[kinds[index]!]!;
            expect([ends, FaastTimeoutError.className, FaastTransportError.className]).toContain(each); // prettier-ignore
          });
        }),
        { numRuns: runs(1) },
      );
    },
    PROPERTY_TIME,
  );
});
