import fc from "fast-check";
import { faast } from "@faast/core";
import { PROPERTY_TIME, runs } from "./run-count.ts";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

type Step =
  | { kind: "next" }
  | { kind: "value"; value: number }
  | { kind: "throw"; message: string }
  | { kind: "return"; value: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Step>({ kind: "next" }) },
  { weight: 2, arbitrary: fc.nat(99).map((value): Step => ({ kind: "value", value })) },
  {
    weight: 1,
    arbitrary: fc.nat(99).map((n): Step => ({ kind: "throw", message: `thrown ${n}` })),
  },
  { weight: 1, arbitrary: fc.nat(99).map((value): Step => ({ kind: "return", value })) },
);
const plan: fc.Arbitrary<funcs.Plan> = fc.record({
  items: fc.nat(8),
  catches: fc.boolean(),
  yieldsInFinally: fc.boolean(),
  throwsAtEnd: fc.boolean(),
});
/** What the transport does to each message, in turn. */
const mess = fc.constantFrom("nothing", "delays", "doubles", "reorders");

function take(stream: AsyncGenerator<unknown, unknown, unknown>, each: Step) {
  if (each.kind === "next") return stream.next();
  if (each.kind === "value") return stream.next(each.value);
  return each.kind === "throw" ? stream.throw(new Error(each.message)) : stream.return(each.value);
}

/** What each step gives, as text; a step that never settles fails the test by its name. */
async function outcomes(answers: Promise<IteratorResult<unknown>>[]): Promise<string[]> {
  return Promise.all(
    answers.map((answer) =>
      Promise.race([
        answer.then(
          (result) => JSON.stringify({ done: result.done === true, value: result.value }),
          (error: Error) => `${error.name}: ${error.message}`,
        ),
        new Promise<string>((resolve) => setTimeout(resolve, 5000, "HANGS").unref()),
      ]),
    ),
  );
}

function jitter(kind: string) {
  return <T>(message: T, send: (message: T) => void) => {
    if (kind === "nothing") return send(message);
    if (kind === "doubles") {
      send(message);
      return void setTimeout(send, Math.random() * 3, message);
    }
    setTimeout(send, kind === "delays" ? 1 : Math.random() * 3, message);
  };
}

async function start(kind: string, streamWindow: number) {
  const messUp = jitter(kind);
  const provider = loopbackProvider({
    deliver: (frame, invocation) => messUp(frame, (each) => invocation.receive(each)),
    deliverControl: messUp,
  });
  return faast(provider, funcs, { streamWindow });
}

describe("a remote generator, whatever the transport does", () => {
  it(
    "answers each step as the generator itself does, one after another",
    async () => {
      await fc.assert(
        fc.asyncProperty(plan, fc.array(step, { maxLength: 10 }), mess, async (it, steps, kind) => {
          await using m = await start(kind, 10);
          const remote = m.functions.planned(it);
          const local = funcs.planned(it);
          for (const each of steps) {
            const expected = await outcomes([take(local, each)]);
            expect(await outcomes([take(remote, each)])).toEqual(expected);
          }
        }),
        { numRuns: runs(150) },
      );
    },
    PROPERTY_TIME,
  );

  it(
    "answers steps that do not wait for one another, up to the end, and settles all",
    async () => {
      await fc.assert(
        fc.asyncProperty(plan, fc.array(step, { maxLength: 10 }), mess, async (it, steps, kind) => {
          await using m = await start(kind, 10);
          const remote = m.functions.planned(it);
          const local = funcs.planned(it);
          const expected = await outcomes(steps.map((each) => take(local, each)));
          const actual = await outcomes(steps.map((each) => take(remote, each)));
          expect(actual).not.toContain("HANGS");
          const end = expected.findIndex((each) => !each.startsWith('{"done":false'));
          const compared = end < 0 ? expected.length : end + 1;
          expect(actual.slice(0, compared)).toEqual(expected.slice(0, compared));
        }),
        { numRuns: runs(150) },
      );
    },
    PROPERTY_TIME,
  );

  it(
    "gives for await the same items, and a break is never an error",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          plan,
          fc.nat(10),
          fc.integer({ min: 1, max: 20 }),
          mess,
          async (it, wanted, window, kind) => {
            await using m = await start(kind, window);
            const collect = async (items: AsyncIterable<unknown>) => {
              const all: unknown[] = [];
              try {
                for await (const item of items) {
                  all.push(JSON.stringify(item));
                  if (all.length > wanted) break;
                }
              } catch (error) {
                all.push((error as Error).message);
              }
              return all;
            };
            expect(await collect(m.functions.planned(it))).toEqual(
              await collect(funcs.planned(it)),
            );
          },
        ),
        { numRuns: runs(150) },
      );
    },
    PROPERTY_TIME,
  );
});
