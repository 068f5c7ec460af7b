import type { Detail } from "./engine/detail.js";

/** What a function's result becomes when the function runs elsewhere. */
export type Async<R> = [R] extends [never]
  ? Promise<never>
  : [R] extends [AsyncGenerator<infer Y, infer T, infer N> | Generator<infer Y, infer T, infer N>]
    ? AsyncGenerator<Y, T, N>
    : [R] extends [AsyncIterableIterator<infer Y> | IterableIterator<infer Y>]
      ? AsyncGenerator<Y, void, undefined>
      : Promise<Awaited<R>>;

/** The same for `functionsDetail`: each value comes with what is known of its execution. */
export type AsyncDetail<R> =
  Async<R> extends AsyncGenerator<infer Y, infer T, infer N>
    ? AsyncGenerator<Detail<Y>, Detail<T>, N>
    : Promise<Detail<Awaited<R>>>;

/** The keys of a module whose values can be called: no classes, no plain values. */
export type FunctionKeys<M> = {
  [K in keyof M]: M[K] extends abstract new (...args: never[]) => unknown
    ? never
    : M[K] extends (...args: never[]) => unknown
      ? K
      : never;
}[keyof M];

/** The functions of a module, run elsewhere. */
export type ProxyModule<M> = {
  readonly [K in FunctionKeys<M>]: M[K] extends (...args: infer A) => infer R
    ? (...args: A) => Async<R>
    : never;
};

/** The functions of a module, run elsewhere, with details of each execution. */
export type ProxyModuleDetail<M> = {
  readonly [K in FunctionKeys<M>]: M[K] extends (...args: infer A) => infer R
    ? (...args: A) => AsyncDetail<R>
    : never;
};

/** A module of which nothing is known: given by path, without a type argument. */
export type UnknownModule = Record<string, (...args: unknown[]) => unknown>;
