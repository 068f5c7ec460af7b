/**
 * What the conformance suite runs through a provider: an ordinary module, as a user would write it.
 * What a call does there is seen by traces in files, where both sides share a file system.
 */
/* eslint-disable @typescript-eslint/require-await, @typescript-eslint/only-throw-error -- users write such functions, too */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { assertSampleValues, sampleErrors, sampleValues } from "./sample-values.js";

export function hello(name: string): string {
  return `hello ${name}`;
}
export function echo<T>(value: T): T {
  return value;
}
export const arrow = async (a: number, b = 10) => a + b;
function internal(): string {
  return "by another name";
}
export { internal as renamed };
// eslint-disable-next-line no-restricted-exports -- users' modules have default exports
export default function () {
  return "the default export";
}
/** Not functions to call: they must not be offered. */
export const constant = 42;
export class NotCallable {}

export function countArguments(...args: unknown[]): number {
  return args.length;
}
export function processId(): number {
  return process.pid;
}
export function environment(name: string): string | undefined {
  return process.env[name];
}
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
/** A file's text, from the working directory; undefined if there is none. */
export function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
/** Keeps so many MB of objects for a moment. */
export async function holdObjects(megabytes: number): Promise<number> {
  const all: unknown[] = [];
  while (all.length < megabytes) {
    all.push(new Array(2 ** 17).fill(0.5));
    if (all.length % 8 === 0) await sleep(1);
  }
  await sleep(3000);
  return all.length;
}
export async function sleep<T>(ms: number, value?: T): Promise<T | undefined> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
}

/** Takes what the caller sent for the sample values, and gives its own. */
export function exchangeValues(values: ReturnType<typeof sampleValues>) {
  assertSampleValues(values);
  return sampleValues();
}
export function* yieldValues() {
  for (const each of Object.entries(sampleValues())) yield each;
}
export function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}
export function bytes(length: number, fill: number): Uint8Array {
  return new Uint8Array(length).fill(fill);
}
export function unreturnable(): unknown {
  return { save: { now: () => undefined } };
}
export function* unyieldable(): Generator<unknown> {
  yield 1;
  yield { save: () => undefined };
}
export class Point {
  x = 1;
  y = 2;
  norm(): number {
    return Math.hypot(this.x, this.y);
  }
}
export function point(): Point {
  return new Point();
}

export function throwError(name: string): never {
  throw sampleErrors()[name];
}
export async function rejectWith(value: unknown): Promise<never> {
  await Promise.resolve();

  throw value;
}
export function returnError(): Error {
  return new TypeError("returned, not thrown");
}

export async function exit(code: number, ms = 0): Promise<never> {
  await sleep(ms);
  process.exit(code);
}
/** Ends its process on the first call that names the file, and works on later ones. */
export function exitOnce(file: string): string {
  if (existsSync(file)) return "the second time";
  writeFileSync(file, "");
  process.exit(1);
}
export function abort(): never {
  process.abort();
}
export function kill(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}
export function throwBehind(): Promise<never> {
  setTimeout(() => {
    throw new Error("nobody waits for this");
  }, 20);
  return new Promise(() => undefined);
}
/** Ends in good order; what it has left behind fails later. */
export function throwLater(ms: number): string {
  setTimeout(() => {
    throw new Error("nobody waits for this");
  }, ms);
  return "fine so far";
}
export function rejectBehind(): Promise<never> {
  setTimeout(() => void Promise.reject(new Error("nobody waits for this")), 20);
  return new Promise(() => undefined);
}
export function exhaustHeap(): never {
  const all: unknown[] = [];
  for (;;) all.push(new Array(10_000).fill(Math.random()));
}
export function spin(): never {
  for (;;);
}
export function waitForever(): Promise<never> {
  return new Promise(() => undefined);
}
/** Leaves traces of its beginning and of its end. */
export async function traced(file: string, ms: number): Promise<void> {
  appendFileSync(file, "begun\n");
  await sleep(ms);
  appendFileSync(file, "ended\n");
}

export async function* talk(): AsyncGenerator<string, string, string> {
  let heard = "nothing";
  for (;;) {
    try {
      heard = yield `heard ${heard}`;
    } catch (error) {
      heard = `error ${(error as Error).message}`;
    }
    if (heard === "bye") return "over";
  }
}
/** Counts from 1; leaves a trace of each item, and of its `finally`. */
export function* numbers(count: number, file?: string): Generator<number, string> {
  const trace = (text: string) => file !== undefined && appendFileSync(file, text);
  try {
    for (let i = 1; i <= count; i++) {
      trace(`${i}\n`);
      yield i;
    }
    return "all";
  } finally {
    trace("finally\n");
  }
}
export async function* slowNumbers(count: number, ms: number): AsyncGenerator<number> {
  for (let i = 1; i <= count; i++) {
    await sleep(ms);
    yield i;
  }
}
export async function* failAfter(count: number): AsyncGenerator<number> {
  yield* numbers(count);
  throw new RangeError("after the items");
}
export async function* spinAfter(count: number): AsyncGenerator<number> {
  yield* numbers(count);
  for (;;);
}
export async function* waitAfter(count: number): AsyncGenerator<number> {
  yield* numbers(count);
  await waitForever();
}
export async function* exitAfter(count: number): AsyncGenerator<number> {
  yield* numbers(count);
  process.exit(0);
}
export function* chunks(count: number, length: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield bytes(length, i);
}
/** Not declared as a generator: what it is shows only when it runs. */
export function hiddenStream(count: number): Iterator<number> & Iterable<number> {
  return numbers(count);
}
export async function promisedStream(count: number): Promise<AsyncIterable<number>> {
  return slowNumbers(count, 1);
}
