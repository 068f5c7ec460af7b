import type { ControlMessage, StepMessage } from "../protocol/control.js";
import { SequenceBuffer } from "../protocol/sequence.js";
import { decode } from "../wire/index.js";
import type { FrameWriter } from "./frame-writer.js";

type AnyIterator = AsyncIterator<unknown, unknown, unknown> | Iterator<unknown, unknown, unknown>;

/** The iterator of a value that is a stream; undefined for every other value. */
export function iteratorOf(value: unknown): AnyIterator | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const candidate = value as Partial<
    AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>
  >;
  if (typeof candidate[Symbol.asyncIterator] === "function") {
    return (candidate as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  }
  // Arrays, Maps and their like are iterable too, but they are values. Their iterators are streams, and
  // so are plain objects that can be iterated, which could not travel as values.
  if (typeof candidate[Symbol.iterator] !== "function") return undefined;
  const isPlain = Object.prototype.toString.call(value) === "[object Object]";
  return typeof candidate.next === "function" ||
    (isPlain && Object.hasOwn(candidate, Symbol.iterator))
    ? (candidate as Iterable<unknown>)[Symbol.iterator]()
    : undefined;
}

/** Drives an iterator by credit and by steps, until it ends. */
export class IteratorSession {
  private readonly iterator: AnyIterator;
  private readonly writer: FrameWriter;
  private readonly order = new SequenceBuffer<ControlMessage>();
  private credit: number;
  /** Items taken on credit. */
  private taken = 0;
  private readonly steps: StepMessage[] = [];
  private wake: (() => void) | undefined;
  private cancelled = false;
  /** Sequence of the step that is being taken; undefined if credit pays for it. */
  private answering: number | undefined;

  constructor(iterator: AnyIterator, writer: FrameWriter, credit: number) {
    this.iterator = iterator;
    this.writer = writer;
    this.credit = credit;
  }

  control(message: ControlMessage): void {
    this.order.accept(message, (next) => {
      if (next.type === "credit") this.credit += next.items;
      else if (next.type === "cancel") this.cancelled = true;
      else this.steps.push(next);
      this.wake?.();
    });
  }

  /** Resolves when the iterator has ended, one way or another, and its last frame is written. */
  async run(): Promise<void> {
    try {
      for (;;) {
        const step = this.steps[0];
        if (this.cancelled) {
          await this.iterator.return?.();
          const cancelled = { origin: "runtime", code: "cancelled" } as const;
          return this.writer.failed(cancelled, new Error("the call was cancelled"));
        }
        if (step !== undefined && this.taken >= step.after) {
          this.steps.shift();
          this.credit = this.taken; // what was granted before the step is void
          this.answering = step.sequence;
          if (step.type === "return") this.writer.started(step.sequence);
          if (await this.step(step)) return;
        } else if (this.taken < (step?.after ?? this.credit)) {
          this.taken++;
          this.answering = undefined;
          const { value, done } = await this.iterator.next();
          if (await this.answer(value, done, undefined)) return;
        } else {
          await new Promise<void>((resolve) => (this.wake = resolve));
          this.wake = undefined;
        }
      }
    } catch (error) {
      this.writer.thrown(error, this.answering);
    }
  }

  /** Does what the caller did; true if the stream is over. */
  private async step({ type, value, attachments, sequence }: StepMessage): Promise<boolean> {
    const { iterator } = this;
    let given: unknown;
    try {
      given = decode(value, attachments);
    } catch (error) {
      await iterator.return?.();
      this.writer.failed({ origin: "transport", code: "serialization", control: sequence }, error);
      return true;
    }
    if (type === "next") {
      const { value: item, done } = await iterator.next(given);
      return this.answer(item, done, sequence);
    }
    if (iterator[type] !== undefined) {
      const { value: item, done } = await iterator[type](given);
      return this.answer(item, done, sequence);
    }
    if (type === "return") return this.answer(given, true, sequence);
    // An iterator without `throw` is closed, and the error comes back.
    await iterator.return?.();
    throw given;
  }

  private async answer(value: unknown, done: boolean | undefined, control: number | undefined) {
    // Generators that are not asynchronous may yield promises; one that rejects ends the iteration.
    const settled = await this.settle(value);
    if (done === true) {
      this.writer.result(settled, control);
      return true;
    }
    if (this.writer.item(settled, control)) return false;
    // The item could not travel: the stream is over, its `finally` blocks still run.
    await this.iterator.return?.();
    return true;
  }

  private async settle(value: unknown): Promise<unknown> {
    try {
      return await value;
    } catch (error) {
      await this.iterator.return?.();
      throw error;
    }
  }
}
