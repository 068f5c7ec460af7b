import type { YieldFrame } from "../protocol/frames.js";
import { packMessage } from "./channel-codec.js";
import type { FromIsolate } from "./isolate-messages.js";
import { isJoinable, ItemRun } from "./item-run.js";
import type { Wakefulness } from "./wakefulness.js";

/** Milliseconds during which messages are gathered, at most. */
const GATHERING = 1;
/** Characters that are gathered, at most. */
const LARGE = 65_536;
/** Messages that follow one another within that time before any is gathered. */
const MANY = 32;

/**
 * Sends strings in batches where there are very many of them, so that each costs less. What is gathered
 * goes when the program has to wait for something, and after a millisecond at the latest; but it cannot
 * go while the program computes, and is lost if it is killed then. So only what has come for a while at
 * such a pace is gathered at all.
 */
export class MessageBatch {
  private readonly send: (batch: string | string[]) => void;
  private readonly wakefulness: Wakefulness | undefined;
  private gathered: (string | ItemRun)[] = [];
  private size = 0;
  private sentAt = -Infinity;
  /** Messages so far that have followed one another at a quick pace. */
  private streak = 0;

  /** @param wakefulness - extended where more is likely to be asked for at once. */
  constructor(send: (batch: string | string[]) => void, wakefulness: Wakefulness | undefined) {
    this.send = send;
    this.wakefulness = wakefulness;
  }

  /** Adds an item to those that are being gathered; false if none are, or it does not follow them. */
  join(item: YieldFrame): boolean {
    const last = this.gathered.at(-1);
    if (last === undefined || typeof last === "string" || !last.join(item)) return false;
    this.grow(item.value.byteLength, false);
    return true;
  }

  /**
   * @param last - nothing follows that this could wait for.
   * @param item - what it is, if others may join it.
   */
  push(message: string, last: boolean, item?: YieldFrame): void {
    if (this.gathered.length === 0) {
      this.streak = this.isLate ? 0 : this.streak + 1;
      if (last || this.streak < MANY) return this.dispatch(message);
      // After all promises that can go on have done so.
      process.nextTick(() => this.flush());
    }
    this.gathered.push(item === undefined ? message : new ItemRun(item));
    this.grow(message.length, last);
  }

  /** Sends what is gathered now: something else is about to be sent, or the process to end. */
  flush(): void {
    const { gathered } = this;
    if (gathered.length === 0) return;
    // Whoever reads that quickly asks for more at once.
    this.wakefulness?.extend();
    this.gathered = [];
    this.size = 0;
    this.dispatch(gathered.map((each) => (typeof each === "string" ? each : each.pack())));
  }

  private get isLate(): boolean {
    return performance.now() - this.sentAt > GATHERING;
  }

  private grow(size: number, last: boolean): void {
    this.size += size;
    if (last || this.size > LARGE || this.isLate) this.flush();
  }

  private dispatch(batch: string | string[]): void {
    this.sentAt = performance.now();
    this.send(batch);
  }
}

/**
 * Posts a message: by the batch, if it goes as a string; else `alone`, after what has been gathered.
 */
export function postBatched(batch: MessageBatch, message: FromIsolate, alone: () => void): void {
  // Items are many; whatever else there is, somebody waits for.
  const item =
    message.type === "frame" && message.frame.type === "yield" ? message.frame : undefined;
  if (item !== undefined && batch.join(item)) return;
  const packed = packMessage(message);
  if (packed === undefined) {
    batch.flush();
    return alone();
  }
  batch.push(packed, item === undefined, item !== undefined && isJoinable(item) ? item : undefined);
}
