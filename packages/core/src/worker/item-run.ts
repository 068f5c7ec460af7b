import type { YieldFrame } from "../protocol/frames.js";
import { bytesOf, END, GAP, isField, SMALL, textOf } from "./packed-text.js";

/** How a message begins that is a run of items. */
export const RUN = "Y";

/** What stands between the lengths of items. */
const BETWEEN = ",";

/**
 * Items of one stream that follow one another. Their header is written once: for small items, it is most of
 * what there is to write and to read.
 */
export class ItemRun {
  private readonly first: YieldFrame;
  private readonly lengths: number[] = [];
  private text = "";

  /** @param first - one that `isJoinable`. */
  constructor(first: YieldFrame) {
    this.first = first;
    this.add(first);
  }

  /** Takes the item that follows; false if it is another. */
  join(frame: YieldFrame): boolean {
    const { first, lengths } = this;
    const follows =
      frame.sequence === first.sequence + lengths.length &&
      frame.call === first.call &&
      frame.attempt === first.attempt &&
      frame.run === first.run &&
      isJoinable(frame);
    if (follows) this.add(frame);
    return follows;
  }

  /** The message. */
  pack(): string {
    const { call, attempt, sequence, run = "" } = this.first;
    return `${RUN}${call} ${attempt} ${sequence} ${run} ${this.lengths.join(BETWEEN)}\n${this.text}`;
  }

  private add({ value }: YieldFrame): void {
    this.lengths.push(value.byteLength);
    this.text += textOf(value);
  }
}

/** Whether an item has nothing that others of its stream have not. */
export function isJoinable(frame: YieldFrame): boolean {
  return (
    frame.value.byteLength <= SMALL &&
    frame.item === 0 &&
    frame.control === undefined &&
    frame.execution === undefined &&
    (frame.attachments?.length ?? 0) === 0 &&
    isField(frame.call) &&
    isField(frame.run ?? "")
  );
}

/** Hands on the items of a message; undefined where it is none. What they are has yet to be looked at. */
export function unpackRun(packed: string, take: (frame: YieldFrame | undefined) => void): void {
  const end = packed.indexOf(END);
  const [call = "", attempt, sequence, run = "", lengths = ""] = packed.slice(1, end).split(GAP);
  const first = Number(sequence);
  let at = end + 1;
  let count = 0;
  for (const each of lengths.split(BETWEEN)) {
    const start = at;
    const length = Number(each);
    at += length;
    if (!(length >= 0 && at <= packed.length)) return take(undefined);
    take({
      type: "yield",
      value: bytesOf(packed.slice(start, at)),
      call,
      attempt: Number(attempt),
      sequence: first + count++,
      item: 0,
      ...(run === "" ? {} : { run }),
    });
  }
  if (at !== packed.length) take(undefined);
}
