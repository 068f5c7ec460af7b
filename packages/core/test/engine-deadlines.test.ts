import { faast, FaastTimeoutError } from "@faast/core";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a stream that waits for its reader", () => {
  it("is not over time, however long the reader takes", async () => {
    await using m = await faast(loopbackProvider(), funcs, { timeout: 0.1, streamWindow: 2 });
    const stepped = m.functions.echoes();
    const fetched = m.functions.count(10)[Symbol.asyncIterator]();
    const plain = (await (m.functions.wrapped(2) as unknown)) as AsyncGenerator<number>;
    await Promise.all([stepped.next(), fetched.next(), fetched.next()]);
    await pause(5800); // beyond the time-out and all its grace
    expect(await stepped.next("late")).toEqual({ value: "got late", done: false });
    expect(await fetched.next()).toEqual({ value: 2, done: false });
    expect(await plain.next()).toEqual({ value: 0, done: false });
    await Promise.all([stepped.return(""), fetched.return(""), plain.return("")]);
  });

  it("fails after its time-out if other calls wait for its place, which they get", async () => {
    await using m = await faast(loopbackProvider(), funcs, { concurrency: 2, timeout: 0.3 });
    const streams = [1, 2, 3].map(() => m.functions.echoes());
    // One step of each after another: the third has no place while the others wait to be read.
    const first = [];
    for (const each of streams) first.push((await each.next()).value);
    expect(first).toEqual(["got start", "got start", "got start"]);
    const later = await Promise.allSettled(streams.map((each) => each.next("x")));
    const failed = later.filter((each) => each.status === "rejected");
    expect(failed.length).toBeGreaterThanOrEqual(1);
    expect(failed[0]!.reason).toBeInstanceOf(FaastTimeoutError);
    expect((failed[0]!.reason as Error).message).toMatch(/echoes: nobody asked.*`concurrency`/);
  });

  it("that nobody ever iterates leaves its place to others in the end", async () => {
    await using m = await faast(loopbackProvider(), funcs, { concurrency: 1, timeout: 0.3 });
    await (m.functions.wrapped(2) as unknown);
    expect(await m.functions.hello("after")).toBe("hello after");
  });
});
