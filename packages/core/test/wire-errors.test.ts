import { types } from "node:util";
import { difference } from "./wire-equality.ts";
import { decode, encode } from "./wire-codec.ts";

const there = <T>(value: T): T => decode(encode(value)) as T;
const lossy = <T>(value: T): T => decode(encode(value, { lossyErrors: true })) as T;

class HttpError extends Error {
  override name = "HttpError";
  readonly status = 404;
  readonly meta = { retry: false, when: new Date(0) };
}

describe("errors arrive as they were", () => {
  const cyclic = new Error("cyclic");
  cyclic.cause = { error: cyclic };
  const renamed = new TypeError("renamed");
  Object.defineProperty(renamed, "name", { value: "Renamed", configurable: true, writable: true });

  test.each<[string, Error]>([
    ["Error", new Error("m")],
    ["TypeError", new TypeError("m")],
    ["RangeError", new RangeError("m")],
    ["SyntaxError", new SyntaxError("m")],
    ["ReferenceError", new ReferenceError("m")],
    ["EvalError", new EvalError("m")],
    ["URIError", new URIError("m")],
    ["AggregateError", new AggregateError([new TypeError("a"), "b", undefined], "m")],
    ["a cause", new RangeError("m", { cause: new TypeError("c", { cause: 0 }) })],
    ["an undefined cause", new Error("m", { cause: undefined })],
    [
      "own properties",
      Object.assign(new Error("m"), { status: 404, deep: { a: [1n, undefined] } }),
    ],
    ["an enumerable message", Object.defineProperty(new Error(), "message", { value: "m", enumerable: true, configurable: true, writable: true })], // prettier-ignore
    ["no message", new Error()],
    ["a cycle", cyclic],
    ["a name of its own", renamed],
  ])("%s", (_, error) => {
    const arrived = there([error])[0]!;
    expect(difference(error, arrived)).toBeUndefined();
    expect(types.isNativeError(arrived)).toBe(true);
    expect(arrived.stack).toBe(error.stack);
    expect(Object.prototype.propertyIsEnumerable.call(arrived, "stack")).toBe(false);
  });

  test("an error without a stack gets none", () => {
    const error = new Error("m");
    delete error.stack;
    expect(there(error).stack).toBeUndefined();
  });

  test("a stack that cannot be read is left behind", () => {
    const error = new Error("m");
    Object.defineProperty(error, "stack", {
      get() {
        throw new Error("no");
      },
    });
    expect(there(error).message).toBe("m");
    expect(there(error).stack).toBeUndefined();
  });

  test("a subclass arrives as the nearest built-in class, with its name and properties", () => {
    const arrived = there(new HttpError("gone"));
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived).toMatchObject({ name: "HttpError", message: "gone", status: 404 });
    expect(arrived.meta).toEqual({ retry: false, when: new Date(0) });
    class Narrow extends RangeError {}
    expect(there(new Narrow("m"))).toBeInstanceOf(RangeError);
  });

  test("a name or message given by the class arrives with the instance", () => {
    class Coded extends Error {
      override get name() {
        return "Coded";
      }
      override get message() {
        return "by class";
      }
    }
    expect(String(there(new Coded()))).toBe("Coded: by class");
    expect(Object.keys(there(new Coded()))).toEqual([]);
  });

  test("an error made without the constructor of Error is one on arrival", () => {
    function Old(this: Error) {
      this.message = "old";
    }
    Old.prototype = Object.create(Error.prototype, {
      constructor: { value: Old },
      name: { value: "Old" },
    });
    const arrived = there(new (Old as unknown as new () => Error)());
    expect(arrived).toBeInstanceOf(Error);
    expect(String(arrived)).toBe("Old: old");
  });

  test("an AbortError is a DOMException on arrival", () => {
    const controller = new AbortController();
    controller.abort();
    const error = controller.signal.reason as DOMException;
    const arrived = there(error);
    expect(arrived).toBeInstanceOf(DOMException);
    expect(arrived).toMatchObject({ name: "AbortError", message: error.message, code: 20 });
    expect(arrived.stack).toBe(error.stack);
    expect(Object.keys(arrived)).toEqual([]);
  });

  test("an error of Node.js keeps its code", () => {
    let thrown: unknown;
    try {
      Buffer.alloc("x" as unknown as number);
    } catch (error) {
      thrown = error;
    }
    expect(there(thrown)).toBeInstanceOf(TypeError);
    expect(there(thrown)).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
  });
});

describe("the stacks of errors", () => {
  const stack = (text: string) => text.replace("secret", "***");
  const error = Object.freeze(
    new AggregateError([new Error("secret a", { cause: new Error("secret b") })], "secret c"),
  );

  test("can be changed on their way, at every depth, without a change of the errors", () => {
    const before = error.stack;
    const arrived = decode(encode([error], { stack })) as (typeof error)[];
    const [outer] = arrived;
    const [first] = outer!.errors as Error[];
    for (const each of [outer!, first!, first!.cause as Error]) {
      expect(each.message).toMatch(/^secret/);
      expect(each.stack).toMatch(/^\w+: \*\*\*/);
    }
    expect(error.stack).toBe(before);
  });

  test("are left alone where they are none", () => {
    const odd = Object.assign(new Error("m"), { stack: { secret: 1 } });
    expect((decode(encode(odd, { stack })) as typeof odd).stack).toEqual({ secret: 1 });
    const plain = { stack: "secret" };
    expect(decode(encode([0n, plain], { stack }))).toEqual([0n, plain]);
  });
});

describe("an error with properties that cannot travel", () => {
  class Socket {}
  const circular: Record<string, unknown> = { retries: 3 };
  circular.self = circular;
  const error = Object.assign(new Error("m", { cause: () => 1 }), {
    status: 500,
    config: { transform: () => 1, list: [1, Symbol("s"), Promise.resolve()], circular },
    socket: new Socket(),
    [Symbol("brand")]: true,
  });

  test("is refused where nothing may be lost", () => {
    expect(() => encode(error)).toThrow(/Symbol\(brand\)/);
    expect(() => encode(new Error("m", { cause: () => 1 }))).toThrow(/value\.cause/);
  });

  test("arrives with placeholders where an error must arrive", () => {
    const arrived = lossy(error);
    expect(arrived).toBeInstanceOf(Error);
    expect(arrived).toMatchObject({
      message: "m",
      cause: "[a function]",
      status: 500,
      config: { transform: "[a function]", list: [1, "[a symbol]", "[an instance of Promise]"] },
      socket: "[an instance of Socket]",
    });
    expect(arrived.config.circular.self).toBe(arrived.config.circular);
    expect(Object.getOwnPropertySymbols(arrived)).toEqual([]);
  });

  test("arrives with a getter that throws told", () => {
    const throwing = new Error("m");
    Object.defineProperty(throwing, "broken", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    expect(lossy(throwing)).toMatchObject({
      broken: "[something that throws when read (Error: no)]",
    });
  });

  test("arrives with a revoked proxy told", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(lossy(Object.assign(new Error("m"), { proxy })).proxy).toMatch(
      /^\[something that throws when read \(TypeError/,
    );
  });

  test("arrives cut off where it is too deep", () => {
    let deep: unknown = {};
    for (let level = 0; level < 5_000; level++) deep = { deep };
    expect(lossy(Object.assign(new Error("m"), { deep }))).toMatchObject({ message: "m" });
  });

  test("is not an excuse for what lies beside it", () => {
    expect(() => encode([error, () => 1], { lossyErrors: true })).toThrow(/value\[1\]/);
  });
});
