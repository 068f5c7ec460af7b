import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FaastCreateFunctionError } from "../errors.js";
import { failureDetail } from "../failure-detail.js";
import { failure, rejection } from "./expectations.js";
import { sampleErrors } from "./sample-values.js";
import type { SuiteContext } from "./suite-context.js";
import type * as awaiting from "./awaiting-functions.js";

/** Errors arrive as they were thrown. */
export function errorTests(context: SuiteContext): void {
  const shared = context.shared({});
  const test = context.test.bind(context);

  for (const [name, thrown] of Object.entries(sampleErrors())) {
    test(`${name} arrives as it was thrown, with its cause and its properties`, [], async () => {
      const error = await rejection(shared().functions.throwError(name));
      assert.ok(error instanceof Error);
      assertSameError(error, thrown);
    });
  }

  test("what is thrown and is no error arrives as it is", [], async () => {
    for (const value of [undefined, null, "text", 0n, { code: 7 }, [1, , 2]])
      assert.deepEqual(await rejection(shared().functions.rejectWith(value)), value);
  });

  test("an error that is returned is a result", [], async () => {
    const error = await shared().functions.returnError();
    assert.ok(error instanceof TypeError);
    assert.equal(error.message, "returned, not thrown");
  });

  test("the stack shows the function's source, then the call", [], async () => {
    const { stack = "" } = (await rejection(shared().functions.throwError("Error"))) as Error;
    assert.match(
      stack,
      // The suite is one file where it is installed.
      /sample-values\.[jt]s:\d+[^]*functions\.[jt]s:\d+[^]*(error-tests|index)\.[jt]s:\d+/,
    );
  });

  test("failureDetail() tells of the attempt, whatever object was thrown", [], async () => {
    const { functions } = shared();
    for (const error of [
      await rejection(functions.throwError("TypeError")),
      await rejection(functions.rejectWith({ no: "error" })),
    ]) {
      const detail = failureDetail(error);
      assert.ok(detail !== undefined && URL.canParse(detail.logUrl ?? ""));
      assert.equal(detail.attempt, 0);
      assert.ok(detail.executionId !== undefined && detail.executionId !== "");
    }
    const detail = failureDetail(await rejection(functions.throwError("Error")));
    assert.equal(detail?.functionName, "throwError");
  });

  test("a user's error is never retried unless the call asks for it", [], async () => {
    const m = shared();
    const retries = () => m.stats("throwError").retries;
    const before = retries();
    await rejection(m.functions.throwError("Error"));
    assert.equal(retries(), before);
    await rejection(m.with({ retry: 1 }).functions.throwError("Error"));
    assert.equal(retries(), before + 1);
    const seen: [unknown, number][] = [];
    const retry = (error: unknown, attempt: number) => seen.push([error, attempt]) < 2;
    await rejection(m.with({ retry }).functions.throwError("TypeError"));
    assert.deepEqual(
      seen.map(([error, attempt]) => [error instanceof TypeError, attempt]),
      [
        [true, 0],
        [true, 1],
      ],
    );
  });

  moduleTests(context);
}

/** Modules that await when they are loaded, or cannot be. */
function moduleTests(context: SuiteContext): void {
  const test = context.test.bind(context);
  const broken = {
    "a module that throws when it is loaded": "throw new Error('why it failed');",
    "a module that awaits what fails": "await Promise.reject(new Error('why it failed'));",
  };
  test("a module may await at its top level", [], async () => {
    const source = new URL("./awaiting-functions.js", import.meta.url);
    const m = await context.start<typeof awaiting>({}, { source });
    assert.equal(await m.functions.get(), "awaited");
    await m.cleanup();
  });
  for (const [what, text] of Object.entries(broken)) {
    test(`${what} fails faast() or the first call with the reason`, [], () =>
      withModule(`${text}\nexport function get() {}`, async (source) => {
        const starting = context.start<typeof awaiting>({}, { source });
        const error = await failure(
          starting.then((m) => m.functions.get()),
          FaastCreateFunctionError,
        );
        assert.match(error.message, /why it failed/);
        await (await starting.catch(() => undefined))?.cleanup();
      }),
    );
  }
  test("a module with a syntax error fails faast(), with file and line", [], () =>
    withModule("export function get() {}\nlet = = 1;", async (source) => {
      const { message } = await failure(context.start({}, { source }), FaastCreateFunctionError);
      assert.match(message, /module\.mjs:2/);
    }),
  );
}

async function withModule(text: string, body: (source: URL) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  try {
    const file = join(folder, "module.mjs");
    await writeFile(file, text);
    await body(pathToFileURL(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same type, as far as this side knows it, message, name, cause, and own properties. */
function assertSameError(actual: unknown, expected: Error): void {
  assert.ok(actual instanceof Error);
  const builtIn = [TypeError, RangeError, SyntaxError, AggregateError].find(
    (type) => expected instanceof type,
  );
  assert.ok(actual instanceof (builtIn ?? Error), `it is no ${builtIn?.name}`);
  assert.equal(actual.message, expected.message);
  assert.equal(actual.name, expected.name);
  assert.deepEqual({ ...actual }, { ...expected });
  if (expected.cause instanceof Error) assertSameError(actual.cause, expected.cause);
  else assert.deepEqual(actual.cause, expected.cause);
  if (!(expected instanceof AggregateError)) return;
  const { errors } = actual as AggregateError;
  assert.equal(errors.length, expected.errors.length);
  expected.errors.forEach((each: unknown, index) => {
    if (each instanceof Error) assertSameError(errors[index], each);
    else assert.deepEqual(errors[index], each);
  });
}
