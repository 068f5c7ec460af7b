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
  readonly [K in FunctionKeys<M>]: Proxied<M[K], "bare">;
};

/** The functions of a module, run elsewhere, with details of each execution. */
export type ProxyModuleDetail<M> = {
  readonly [K in FunctionKeys<M>]: Proxied<M[K], "detailed">;
};

/**
 * Stands, in the parameters of a proxy, where the function itself takes what cannot travel to it, so
 * that the compiler refuses such a call, with the reason in its message.
 */
type CannotBeSent<Reason extends string> = { readonly "cannot be sent": Reason };

/** What the compiler can tell from data by its type. A class is a function, a thenable a promise. */
type Unsendable =
  | ((...args: never) => unknown)
  | (abstract new (...args: never) => unknown)
  | symbol
  | PromiseLike<unknown>;

type What = "a function, a symbol or a promise";

type View = "bare" | "detailed";

/**
 * A function run elsewhere. All of up to four overloads are kept (of more, the last four); where there
 * are fewer, the compiler repeats the first, which makes no difference to the intersection. Type
 * parameters are not kept, since no type can map them: they become what they extend.
 */
type Proxied<F, V extends View> = F extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
  (...args: infer A4): infer R4;
}
  ? Remote<A1, R1, V> & Remote<A2, R2, V> & Remote<A3, R3, V> & Remote<A4, R4, V>
  : never;

type Remote<A extends readonly unknown[], R, V extends View> = Call<
  SendableList<A>,
  V extends "bare" ? Async<R> : AsyncDetail<R>
>;

/**
 * The signature. It is generic only where a parameter takes anything, functions included, so that the
 * argument itself has to be looked at; all others keep the names and the exact types of what they take.
 */
type Call<A extends readonly unknown[], R> = true extends {
  [I in keyof A]-?: IsOpen<A[I]>;
}[number]
  ? <G extends A>(...args: Given<G, A>) => R
  : (...args: A) => R;

type SendableList<A extends readonly unknown[]> = { [I in keyof A]: Sendable<A[I]> };

/** A parameter's type without what cannot be sent. */
type Sendable<P> = [P] extends [never]
  ? P
  : [Exclude<P, Unsendable>] extends [never]
    ? CannotBeSent<What>
    : Exclude<P, Unsendable>;

/** Whether a parameter takes what cannot be sent, as `unknown`, `any`, `object` or `{}` do. */
type IsOpen<P> = (() => unknown) extends P
  ? true
  : symbol extends P
    ? true
    : Promise<unknown> extends P
      ? true
      : false;

/** The arguments given, those for open parameters checked one by one. */
type Given<G extends readonly unknown[], A extends readonly unknown[]> = {
  [I in keyof G]: I extends keyof A
    ? IsOpen<A[I]> extends true
      ? Checked<G[I]>
      : A[I]
    : Checked<G[I]>;
};

type Checked<T> = "refused" extends Verdict<T> ? CannotBeSent<What> : T;

/**
 * The first case is `any`, of which nothing is known. It also lets values pass whose type is a type
 * parameter of the caller's own: for these, the compiler considers the case of `any`.
 */
type Verdict<T> = [0] extends [1 & T] ? "unknown" : T extends Unsendable ? "refused" : "fine";

/** A module of which nothing is known: given by path, without a type argument. */
export type UnknownModule = Record<string, (...args: unknown[]) => unknown>;
