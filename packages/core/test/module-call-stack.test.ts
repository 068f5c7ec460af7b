import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { afterEach, describe, expect, test } from "@jest/globals";
import { captureCallers } from "../dist/module/index.js";
import { callBack } from "./fixtures/module/call-back.ts";

const here = fileURLToPath(import.meta.url);
const fixture = fileURLToPath(new URL("./fixtures/module/call-back.ts", import.meta.url));

function capture(): string[] {
  return captureCallers(capture);
}

const original = {
  prepareStackTrace: Object.getOwnPropertyDescriptor(Error, "prepareStackTrace"),
  stackTraceLimit: Object.getOwnPropertyDescriptor(Error, "stackTraceLimit"),
};

afterEach(() => {
  for (const [key, descriptor] of Object.entries(original)) {
    if (descriptor === undefined) Reflect.deleteProperty(Error, key);
    else Object.defineProperty(Error, key, descriptor);
  }
});

describe("captureCallers", () => {
  test("gives the files on the stack, nearest first, each once", () => {
    const between = () => capture();
    expect(between().filter((file) => !file.includes("node_modules"))).toEqual([here]);
    const nested = callBack(() => callBack(capture));
    expect(nested.slice(0, 2)).toEqual([fixture, here]);
    expect(new Set(nested).size).toBe(nested.length);
  });

  test("leaves out the function above, and all it called", () => {
    const outer = (): string[] => callBack(() => captureCallers(outer));
    expect(outer()[0]).toBe(here);
  });

  test("gives what there is when the function above is not on the stack", () => {
    expect(captureCallers(() => 1)[0]).toBe(here);
  });

  test("sees through asynchronous calls that are awaited", async () => {
    const inner = async () => {
      await Promise.resolve();
      return callBack(capture);
    };
    const outer = async () => await inner();
    expect((await outer()).slice(0, 2)).toEqual([fixture, here]);
  });

  test("finds the file behind an eval", () => {
    const filename = "/app/evaluates.js";
    const evaluated = runInThisContext("() => eval('(call) => call()')", { filename }) as () => (
      call: () => string[],
    ) => string[];
    expect(evaluated()(capture).slice(0, 2)).toEqual([filename, here]);
  });

  test("understands the names that module runners give to scripts", () => {
    const named = (filename: string) => {
      const call = runInThisContext("(capture) => capture()", { filename }) as typeof callBack;
      return call(capture)[0];
    };
    expect(named("/app/main.ts?v=1")).toBe("/app/main.ts");
    expect(named("file:///app/a%20b.ts?v=1#x")).toBe("/app/a b.ts");
    expect(named("/@fs/app/main.ts")).toBe("/app/main.ts");
    expect(named(`${here}?import`)).toBe(here);
    for (const none of [
      "node:internal/x",
      "evalmachine.<anonymous>",
      "/app/[eval1]",
      "webpack:///a",
    ]) {
      expect(named(none)).toBe(here);
    }
  });

  test("is not bounded by the limit on stack traces", () => {
    Error.stackTraceLimit = 1;
    const deep = (levels: number): string[] =>
      levels === 0 ? callBack(capture) : deep(levels - 1);
    expect(callBack(() => deep(50)).slice(0, 2)).toEqual([fixture, here]);
    expect(Error.stackTraceLimit).toBe(1);
  });

  test("leaves no trace on Error", () => {
    const states: (() => void)[] = [
      () => Reflect.deleteProperty(Error, "prepareStackTrace"),
      () => Reflect.deleteProperty(Error, "stackTraceLimit"),
      () => (Error.prepareStackTrace = () => "mine"),
      () => Object.defineProperty(Error, "stackTraceLimit", { get: () => 3, configurable: true }),
      () => Object.defineProperty(Error, "prepareStackTrace", { value: undefined }),
    ];
    for (const prepare of states) {
      prepare();
      const before = Object.getOwnPropertyDescriptors(Error);
      expect(capture()[0]).toBe(here);
      expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before);
    }
  });
});
