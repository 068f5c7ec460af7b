import assert from "node:assert/strict";
import { FaastSerializationError } from "../errors.js";
import { collect, failure } from "./expectations.js";
import { assertSampleValues, sampleValues } from "./sample-values.js";
import type { SuiteContext } from "./suite-context.js";

const MIB = 1 << 20;

/** Values arrive as they were sent; what cannot travel is refused. */
export function valueTests(context: SuiteContext): void {
  const shared = context.shared({ env: { CONFORMANCE_VALUE: "seen there" } });
  const test = context.test.bind(context);

  test("values of every kind arrive as they were sent: arguments, results, items", [], async () => {
    const { functions } = shared();
    assertSampleValues(await functions.exchangeValues(sampleValues()));
    const items = await collect(functions.yieldValues());
    assertSampleValues(Object.fromEntries(items));
  });

  test("the number of arguments is kept", [], async () => {
    const { functions } = shared();
    assert.equal(await functions.countArguments(), 0);
    assert.equal(await functions.countArguments(undefined), 1);
    assert.equal(await functions.countArguments(1, undefined, undefined), 3);
    assert.equal(await functions.arrow(1), 11);
    assert.equal(await functions.arrow(1, undefined), 11);
  });

  test("bytes of 8 MiB travel either way", [], async () => {
    const { functions } = shared();
    const sent = new Uint8Array(8 * MIB).fill(3);
    assert.equal(await functions.sum(sent), 24 * MIB);
    const [made, echoed] = [await functions.bytes(8 * MIB, 5), await functions.echo(sent)];
    assert.equal(Buffer.compare(made, new Uint8Array(8 * MIB).fill(5)), 0);
    assert.equal(Buffer.compare(echoed as Uint8Array, sent), 0);
  });

  test("each of many calls in flight gets its own answer", [], async () => {
    const { functions } = shared();
    const values = Array.from({ length: Math.max(50, context.concurrency) }, (_, i) => ({ i }));
    assert.deepEqual(await Promise.all(values.map((each) => functions.echo(each))), values);
  });

  test(
    "an argument that cannot travel is refused by name and path, and nothing is sent",
    [],
    async () => {
      const m = shared();
      const before = m.stats("echo").invocations;
      const values: [unknown, string][] = [
        [{ user: { save: () => undefined } }, "args[0].user.save"],
        [[1, Symbol("s")], "args[0][1]"],
        [new Map([["k", Promise.resolve()]]), "args[0]"],
        [new (class Point {})(), "args[0]"],
        [new WeakMap(), "args[0]"],
      ];
      for (const [value, path] of values) {
        const { message } = await failure(m.functions.echo(value), FaastSerializationError);
        assert.match(message, /cannot be serialized/);
        assert.ok(message.includes("echo") && message.includes(path), message);
      }
      assert.equal(m.stats("echo").invocations, before);
    },
  );

  test(
    "a result or an item that cannot travel is refused there, and the worker goes on",
    [],
    async () => {
      const m = await context.start({ concurrency: 16 });
      const worker = await m.functions.processId();
      const { message } = await failure(m.functions.unreturnable(), FaastSerializationError);
      assert.match(
        message,
        /unreturnable.*cannot be serialized|cannot be serialized.*unreturnable/s,
      );
      assert.match(message, /save\.now/);
      const items: unknown[] = [];
      await failure(collect(m.functions.unyieldable(), items), FaastSerializationError);
      assert.deepEqual(items, [1]);
      // A result may be here before its worker is free: then others take the next calls, until they are too few.
      const seen = new Set<number>();
      for (let calls = 4; calls <= 16 && !seen.has(worker); calls *= 2) {
        const next = Array.from({ length: calls }, () => m.functions.processId());
        for (const each of await Promise.all(next)) seen.add(each);
      }
      assert.ok(seen.has(worker), `the worker ${worker} has ended: ${[...seen].join(", ")}`);
      await m.cleanup();
    },
  );

  test("without validation, an instance of a class travels as plain data", [], async () => {
    const m = await context.start({ validateSerialization: false });
    assert.deepEqual({ ...(await m.functions.point()) }, { x: 1, y: 2 });
    const sent = { x: 1, save: () => undefined };
    assert.deepEqual({ ...((await m.functions.echo(sent)) as object) }, { x: 1 });
    await m.cleanup();
  });

  test("the functions of a module go by their names in it, classes left out", [], async () => {
    const { functions } = shared();
    assert.equal(await functions.renamed(), "by another name");
    assert.equal(await functions.default(), "the default export");
    assert.ok(!("NotCallable" in functions) && !("constant" in functions));
  });

  test("functions see the variables of `env`, and run elsewhere", [], async () => {
    const { functions } = shared();
    assert.equal(await functions.environment("CONFORMANCE_VALUE"), "seen there");
    if (!context.can("isolation")) return;
    assert.equal(process.env.CONFORMANCE_VALUE, undefined);
    if (!context.can("own process")) return;
    assert.notEqual(await functions.processId(), process.pid);
  });

  test("details tell where a call ran", [], async () => {
    const m = shared();
    const { value, logUrl, executionId, instanceId } = await m.functionsDetail.hello("there");
    assert.equal(value, "hello there");
    assert.ok(URL.canParse(logUrl ?? "") && URL.canParse(m.logUrl()), `${logUrl} ${m.logUrl()}`);
    assert.ok(instanceId !== undefined && instanceId !== "");
    const again = await m.functionsDetail.hello("again");
    assert.ok(executionId !== undefined && again.executionId !== executionId);
  });
}
