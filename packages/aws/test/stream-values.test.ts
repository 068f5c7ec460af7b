import { faastAws, type AwsFaastModule } from "@faast/aws";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft, resourcesOf } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const SIZE = 8 << 20;
const CONCURRENCY = 2;

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const each of stream) items.push(each);
  return items;
}

describe.each(modes)("what goes up to streams, in %s", (_name, options) => {
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    m = await faastAws(funcs, { ...options, maxRetries: 0, concurrency: CONCURRENCY });
  });
  afterAll(async () => {
    await m.cleanup();
    await expectNothingLeft(emulator);
  });

  it("may be too large for a message: values, and what is thrown", async () => {
    const talk = m.functions.talk();
    await talk.next();
    const { value } = await talk.next("x".repeat(SIZE));
    expect(value.length).toBe("heard ".length + SIZE);
    const thrown = await talk.throw(new Error("y".repeat(SIZE)));
    expect(thrown.value.length).toBe("heard error ".length + SIZE);
    expect(await talk.return("z".repeat(SIZE))).toMatchObject({ done: true });
  });

  it("goes by no more queues than calls may run, whatever becomes of the streams", async () => {
    for (let round = 0; round < 3; round++) {
      const controller = new AbortController();
      const { functions } = m.with({ signal: controller.signal });
      const streams = Array.from({ length: CONCURRENCY }, () => functions.talk());
      await Promise.all(streams.map((stream) => stream.next()));
      controller.abort(new Error("no more"));
      await Promise.all(streams.map((stream) => caught(stream.next("x").then(rejectDone))));
    }
    const found = await Promise.all([3, 4, 5].map((n) => collect(m.functions.numbers(n))));
    expect(found.map(({ length }) => length)).toEqual([3, 4, 5]);
    const queues = (await resourcesOf(emulator)).filter((each) => each.includes("-control-"));
    expect(queues.length).toBeGreaterThan(0);
    expect(queues.length).toBeLessThanOrEqual(CONCURRENCY);
  });
});

/** A stream that was given up has failed once; it is over then. */
function rejectDone(result: IteratorResult<unknown>): never {
  expect(result.done).toBe(true);
  throw new Error("over");
}
