import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { callableExports } from "../dist/module/index.js";
import * as greetings from "./fixtures/module/greetings.ts";
import old, * as oldNamespace from "./fixtures/module/old.cjs";

describe("callableExports", () => {
  test("tells the kind of each function", () => {
    const exports = {
      plain() {},
      arrow: () => 1,
      async later() {},
      *count() {},
      async *stream() {},
      default: async () => {},
      bound: async function named() {}.bind(null),
      number: 1,
      nothing: undefined,
      object: { method() {} },
    };
    expect([...callableExports(exports)]).toEqual([
      ["plain", "function"],
      ["arrow", "function"],
      ["later", "async"],
      ["count", "generator"],
      ["stream", "async-generator"],
      ["default", "async"],
      ["bound", "async"],
    ]);
  });

  test("knows functions of another realm", () => {
    const exports = runInNewContext(
      `({ plain() {}, async later() {}, *count() {}, async *stream() {}, Type: class {}, Map })`,
    ) as object;
    expect([...callableExports(exports).values()]).toEqual([
      "function",
      "async",
      "generator",
      "async-generator",
    ]);
  });

  test("leaves out classes and built-in types, however wrapped", () => {
    class Plain {}
    const exports = {
      Plain,
      Minified: class {},
      Proxied: new Proxy(Plain, {}),
      Map,
      Date,
      Uint8Array,
    };
    expect([...callableExports(exports)]).toEqual([]);
  });

  test("keeps functions that look like classes or built-ins", () => {
    const exports = {
      class() {},
      classify() {},
      parse: JSON.parse,
      max: Math.max,
      frozen: Object.freeze(function frozen() {}),
      proxied: new Proxy(function target() {}, {}),
      Constructor: function () {},
    };
    expect([...callableExports(exports).keys()]).toEqual(Object.keys(exports));
  });

  test("reads getters, passes over those that throw, and what is not enumerable", () => {
    const exports = Object.defineProperties(
      {},
      {
        hello: { enumerable: true, get: () => () => "hello" },
        broken: {
          enumerable: true,
          get: () => {
            throw new ReferenceError("not yet");
          },
        },
        hidden: { enumerable: false, value: () => 1 },
      },
    );
    expect([...callableExports(exports).keys()]).toEqual(["hello"]);
  });

  test("leaves out `then`, and what belongs to a module system", () => {
    const exports = { then() {}, __esModule: () => 1, "module.exports": () => 1, hello() {} };
    expect([...callableExports(exports).keys()]).toEqual(["hello"]);
  });

  test("reads namespaces, and CommonJS by either import", () => {
    expect(Object.fromEntries(callableExports(greetings))).toEqual({
      count: "generator",
      hello: "function",
      later: "async",
    });
    expect([...callableExports(old).keys()]).toEqual(["hello"]);
    expect([...callableExports(oldNamespace).keys()]).toEqual(["hello"]);
  });
});
