// Checked by the compiler alone: what can be passed to a function that runs elsewhere.
import { throttle, type CallOptions, type FaastModule, type ProxyModule } from "@faast/core";

interface Item {
  readonly id: string;
  readonly size?: number;
}
interface Example {
  plain(a: number, b?: string): boolean;
  item(value: Item): string;
  anything(value: unknown): number;
  perhaps(value?: unknown): number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  loose(value: any): number;
  echo<T>(value: T): T;
  narrow<T extends Item>(value: T): T;
  object(value: object): void;
  mixed(item: Item, value: unknown, last?: string): void;
  rest(...values: unknown[]): number;
  tail(first: string, ...values: number[]): number;
  callback(done: (error: Error) => void): void;
  optional(name: string, done?: () => void): void;
  late(value: string | Promise<string>): void;
  symbol(value: symbol): void;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  record(value: Record<string, any>): void;
  nothing(): void;
  over(value: number): string;
  over(value: string, strict: boolean): number;
  stream(value: unknown): Generator<number, string, undefined>;
}
declare const m: FaastModule<Example>;
declare const options: CallOptions;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(_: T) => undefined;

declare const unknown: unknown;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare const any: any;
declare const item: Item;
declare const either: string | (() => void);

export async function data<T, L extends string[] | number>(own: T, list: L) {
  const { functions: f } = m;
  holds<Same<typeof f.plain, (a: number, b?: string) => Promise<boolean>>>(true);
  holds<Same<typeof f.item, (value: Item) => Promise<string>>>(true);
  holds<Same<Parameters<typeof f.anything>, [value: unknown]>>(true);
  holds<Same<ReturnType<typeof f.anything>, Promise<number>>>(true);

  void [f.anything(1), f.anything(null), f.anything(undefined), f.anything([1, , "a"])];
  void [f.anything(unknown), f.anything(any), f.anything(item), f.anything(new Map([[1, 2]]))];
  void [f.anything(own), f.anything({ own }), f.anything(list), f.loose(own), f.echo([own])];
  void [f.perhaps(), f.perhaps(1), f.loose(any), f.echo(1), f.narrow({ id: "a" }), f.object([1])];
  void [f.mixed({ id: "a" }, { x: 1 }), f.mixed(item, unknown, "last"), f.nothing()];
  void [f.rest(), f.rest(1, item, unknown), f.rest(...[1, 2]), f.tail("a"), f.tail("a", 1, 2)];
  void [f.optional("a"), f.optional("a", undefined), f.late("a"), f.record({ a: 1 })];
  for await (const each of f.stream(item)) holds<Same<typeof each, number>>(true);

  const text: string = await f.over(1);
  const size: number = await f.over("a", true);
  const counts: Promise<number>[] = [item, item].map(f.anything);
  const throttled = throttle({ concurrency: 1 }, f.anything);
  holds<Same<ReturnType<typeof throttled>, Promise<number>>>(true);
  return [text, size, counts];
}

export function mistakes() {
  const { functions: f } = m;
  // @ts-expect-error -- too few
  void f.anything();
  // @ts-expect-error -- too many
  void f.anything(1, 2);
  // @ts-expect-error -- a misspelt property, also beside a parameter that takes anything
  void f.mixed({ id: "a", sice: 1 }, 1);
  // @ts-expect-error -- wrong type, also beside a parameter that takes anything
  void f.mixed({ id: 1 }, 1);
  // @ts-expect-error -- no such overload
  void f.over("a");
}

export function functions() {
  const { functions: f } = m;
  // @ts-expect-error -- a function
  void f.plain(() => 1);
  // @ts-expect-error -- a function
  void f.anything(() => 1);
  // @ts-expect-error -- a function that is given by name
  void f.anything(parseInt);
  // @ts-expect-error -- a function, perhaps
  void f.anything(either);
  // @ts-expect-error -- a class
  void f.anything(Map);
  // @ts-expect-error -- a function
  void f.perhaps(() => 1);
  // @ts-expect-error -- a function
  void f.loose((n: number) => n);
  // @ts-expect-error -- a function
  void f.echo(() => 1);
  // @ts-expect-error -- a function
  void f.object(() => 1);
  // @ts-expect-error -- a function
  void f.record(() => 1);
  // @ts-expect-error -- a function
  void f.mixed(item, () => 1);
  // @ts-expect-error -- a function
  void f.rest(1, () => 1);
  // @ts-expect-error -- a function, though it is declared
  void f.callback(() => undefined);
  // @ts-expect-error -- a function, though it is declared
  void f.optional("a", () => undefined);
  // @ts-expect-error -- a function
  void f.stream(() => 1);
}

export function symbolsAndPromises() {
  const { functions: f } = m;
  // @ts-expect-error -- a symbol
  void f.anything(Symbol("s"));
  // @ts-expect-error -- a symbol
  void f.echo(Symbol.iterator);
  // @ts-expect-error -- a symbol, though it is declared
  void f.symbol(Symbol("s"));
  // @ts-expect-error -- a promise
  void f.anything(Promise.resolve(1));
  // @ts-expect-error -- a promise that was not awaited
  void f.echo(f.plain(1));
  // @ts-expect-error -- a promise, though it is declared
  void f.late(Promise.resolve("a"));
}

export function views() {
  // @ts-expect-error -- a function
  void m.functionsDetail.anything(() => 1);
  // @ts-expect-error -- a promise
  void m.functionsDetail.plain(Promise.resolve(1));
  // @ts-expect-error -- a function
  void m.with(options).functions.echo(() => 1);
  // @ts-expect-error -- a symbol
  void m.with(options).functionsDetail.echo(Symbol("s"));
}

export function ofAnyModule<M extends object>(all: FaastModule<M>): ProxyModule<M> {
  return all.functions;
}
