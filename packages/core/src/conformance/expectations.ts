import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import type { FaastError } from "../errors.js";

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  assert.fail(`it was expected to reject, and resolved with a value of type ${typeof value}`);
}

/** What a promise rejects with, which is to be an error of ours of this class. */
export async function failure<E extends FaastError>(
  promise: Promise<unknown>,
  type: new (...args: never[]) => E,
): Promise<E> {
  const error = await rejection(promise);
  assert.ok(error instanceof type, `expected ${type.name}, got: ${String(error)}`);
  assert.equal(error.name, type.name);
  return error;
}

/** All items of a stream; into a list that stays, should the stream fail. */
export async function collect<T>(stream: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const each of stream) into.push(each);
  return into;
}

/** 1 to `count`. */
export function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The lines that functions have left in a file. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
}

/** Waits until a condition holds; the test's deadline ends what never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
