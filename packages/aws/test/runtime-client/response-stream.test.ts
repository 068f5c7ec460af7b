import { FaastWorkerExitError } from "@faast/core";
import { faastAws, type AwsFaastModule } from "@faast/aws";
import * as funcs from "../fixtures/streams.ts";
import { expectNothingLeft } from "../leftovers.ts";
import { caught } from "../modes.ts";
import type { LambdaFront, StreamingFault } from "./lambda-front.ts";
import { startFront, useAccount, withRuntimeClient } from "./runtime-client.ts";

const emulator = useAccount();

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const each of stream) items.push(each);
  return items;
}

withRuntimeClient("streams under AWS's runtime client", () => {
  let front: LambdaFront;
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    front = await startFront(emulator);
    m = await faastAws(funcs, { maxRetries: 0, concurrency: 2 });
  });
  afterAll(async () => {
    await m.cleanup();
    await expectNothingLeft(emulator);
    await front.stop();
  });

  it("send each item by the response while they run", async () => {
    const talk = m.functions.talk();
    expect(await talk.next()).toEqual({ done: false, value: "heard nothing" });
    const { lines } = front;
    for (let i = 0; i < 5; i++) expect((await talk.next(`${i}`)).value).toBe(`heard ${i}`);
    expect(front.lines).toBeGreaterThanOrEqual(lines + 5);
    expect(await talk.next("bye")).toEqual({ done: true, value: "over" });
    expect(front.counts).toEqual({ buffered: 0, streaming: 1 });
  });

  it("let other calls have the whole response at once", async () => {
    const { buffered } = front.counts;
    expect(await m.functions.hello("x")).toBe("hello x");
    expect(front.counts.buffered).toBe(buffered + 1);
  });

  it("go on by the queue where the response has had its share, and by the bucket with large items", async () => {
    const items = await collect(m.functions.blocks(16, 600_000));
    expect(items.map((each) => [each.byteLength, each[599_999]])).toEqual(
      items.map((_, i) => [600_000, i]),
    );
    const [large] = await collect(m.functions.blocks(1, 5_000_000));
    expect(large?.byteLength).toBe(5_000_000);
  });

  it("fail as calls do", async () => {
    const thrown = await caught(collect(m.functions.end("throw")));
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as Error).message).toContain("thrown in the middle");
    expect(await caught(collect(m.functions.end("exit")))).toBeInstanceOf(FaastWorkerExitError);
    const killed = await caught(collect(m.functions.end("kill handler")));
    expect(killed).toBeInstanceOf(FaastWorkerExitError);
    expect((killed as Error).message).toContain("Runtime.ExitError");
  });

  it("make room for others when they are given up", async () => {
    for (let round = 0; round < 4; round++) {
      const talk = m.functions.talk();
      await talk.next();
      await talk.return("enough");
      const controller = new AbortController();
      const given = m.with({ signal: controller.signal }).functions.talk();
      await given.next();
      controller.abort(new Error("no more"));
      await given.next("x").catch(() => undefined);
    }
    expect(await m.functions.hello("y")).toBe("hello y");
  });

  it("are ended by cleanup()", async () => {
    const other = await faastAws(funcs, { maxRetries: 0 });
    const talk = other.functions.talk();
    await talk.next();
    const rest = caught(talk.next("x").then(() => talk.next("y")));
    await other.cleanup();
    expect(await rest).toBeInstanceOf(Error);
  });
});

withRuntimeClient("streams, where responses cannot be streamed", () => {
  let front: LambdaFront;
  beforeAll(async () => {
    front = await startFront(emulator);
  });
  afterAll(() => front.stop());

  const faults: [how: string, fault: StreamingFault, retries: number][] = [
    ["since the service refuses it", "refused", 0],
    ["since they are kept back until their end", "kept back", 1],
  ];
  it.each(faults)(
    "come by the queue, %s, and it is not tried again",
    async (_how, fault, maxRetries) => {
      front.fault = fault;
      const m = await faastAws(funcs, { maxRetries });
      try {
        const { streaming } = front.counts;
        for (let i = 0; i < 2; i++) {
          const talk = m.functions.talk();
          await talk.next();
          expect((await talk.next(`${i}`)).value).toBe(`heard ${i}`);
          await talk.next("bye");
        }
        expect(front.counts.streaming).toBe(streaming + 1);
      } finally {
        await m.cleanup();
      }
      await expectNothingLeft(emulator);
    },
    180_000,
  );
});
