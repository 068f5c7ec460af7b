import assert from "node:assert/strict";
import { collect, countTo, linesOf, pause, rejection, until } from "./expectations.js";
import type { SuiteContext } from "./suite-context.js";

const WINDOW = 8;
const MIB = 1 << 20;

/** Streams behave as the generators that they stand for. */
export function streamTests(context: SuiteContext): void {
  const shared = context.shared({ streamWindow: WINDOW, maxRetries: 0 });
  const test = context.test.bind(context);

  test("values, errors and returns go up; items and return values come down", [], async () => {
    const { functions } = shared();
    const talk = functions.talk();
    assert.deepEqual(await talk.next("ignored"), { value: "heard nothing", done: false });
    assert.deepEqual(await talk.next("one"), { value: "heard one", done: false });
    const answer = await talk.throw(new Error("two"));
    assert.deepEqual(answer, { value: "heard error two", done: false });
    assert.deepEqual(await talk.next("bye"), { value: "over", done: true });
    assert.deepEqual(await talk.next("late"), { value: undefined, done: true });
    const numbers = functions.numbers(10);
    assert.deepEqual(await numbers.next(), { value: 1, done: false });
    assert.deepEqual(await numbers.return("enough"), { value: "enough", done: true });
    const unheard = functions.talk();
    await unheard.next();
    assert.deepEqual(await unheard.return("early"), { value: "early", done: true });
  });

  test("all items come, once and in order, then the return value", [], async () => {
    const { functions } = shared();
    assert.deepEqual(await collect(functions.numbers(300)), countTo(300));
    const both = functions.numbers(1);
    await both.next();
    assert.deepEqual(await both.next(), { value: "all", done: true });
    assert.deepEqual(await collect(functions.numbers(0)), []);
    assert.deepEqual(await collect(functions.slowNumbers(3, 5)), countTo(3));
  });

  test("several requests at once are answered in their order", [], async () => {
    const numbers = shared().functions.numbers(3);
    const steps = await Promise.all([1, 2, 3, 4].map(() => numbers.next()));
    assert.deepEqual(
      steps.map(({ value }) => value),
      [1, 2, 3, "all"],
    );
  });

  test("an error comes after the items before it", [], async () => {
    const items: number[] = [];
    const error = await rejection(collect(shared().functions.failAfter(20), items));
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, "after the items");
    assert.deepEqual(items, countTo(20));
  });

  test("nothing runs before the first item is asked for, with details or without", [], async () => {
    const m = shared();
    const before = m.stats("numbers").invocations;
    const [bare, detailed] = [m.functions.numbers(2), m.functionsDetail.numbers(2)];
    await pause(50);
    assert.equal(m.stats("numbers").invocations, before);
    assert.deepEqual(await bare.return("unused"), { value: "unused", done: true });
    assert.equal(m.stats("numbers").invocations, before);
    const { value } = await detailed.next();
    assert.ok(typeof value === "object" && value.instanceId !== undefined);
    assert.equal(value.value, 1);
    assert.equal(m.stats("numbers").invocations, before + 1);
    await detailed.return({ value: "enough" });
  });

  test(
    "a slow reader holds the function back; breaking off runs its finally",
    ["shared files"],
    async () => {
      const file = context.traceFile();
      let taken = 0;
      for await (const item of shared().functions.numbers(10_000, file)) {
        taken++;
        if (item < 3) continue;
        // What has been granted is produced; without bounds, it would be through by now.
        await until(() => linesOf(file).length >= WINDOW / 2);
        await pause(300);
        break;
      }
      await until(() => linesOf(file).at(-1) === "finally");
      assert.ok(linesOf(file).length <= taken + 2 * WINDOW, `${linesOf(file).length} items`);
    },
  );

  test("a time-out does not count the pauses of the reader", [], async () => {
    const numbers = shared().with({ timeout: 1 }).functions.numbers(3);
    assert.equal((await numbers.next()).value, 1);
    await pause(2000);
    assert.deepEqual(await collect(numbers), [2, 3]);
  });

  test("items of 2 MiB travel", [], async () => {
    const chunks = await collect(shared().functions.chunks(4, 2 * MIB));
    assert.deepEqual(
      chunks.map((each) => [each.length, each[0], each.at(-1)]),
      [0, 1, 2, 3].map((fill) => [2 * MIB, fill, fill]),
    );
  });

  test("a function may return an iterator without being declared as a generator", [], async () => {
    const { functions } = shared();
    // The first call finds out; the second is known to be a stream.
    for (const count of [1, 3]) {
      const stream = (await functions.hiddenStream(count)) as unknown;
      assert.deepEqual(await collect(stream as AsyncIterable<number>), countTo(count));
    }
    assert.deepEqual(await collect(await functions.promisedStream(2)), countTo(2));
  });

  test("several streams at once do not mix", [], async () => {
    const { functions } = shared();
    const counts = [0, 1, 20, 40];
    const all = await Promise.all(counts.map((count) => collect(functions.numbers(count))));
    assert.deepEqual(all, counts.map(countTo));
  });
}
