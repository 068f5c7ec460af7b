import { FLOAT, INT, SMALL_INT, TEXT, constants } from "./format.js";

/** Bytes from this size on are not gathered, but copied once, right to where they belong. */
const LARGE = 4_096;

/** A buffer that has grown beyond this is given back to the garbage collector. */
const KEPT = 65_536;

/** Up to this length, a loop in JavaScript beats the way into native code. */
const SHORT = 40;

/** A Map's keys do not tell -0 from 0, but 0 is a small integer. */
const constantTags: ReadonlyMap<unknown, number> = new Map(
  constants.map((each, tag) => [each, tag]),
);

/** Reused, so that small documents cost no allocation but their own; nobody's while in use. */
let spare: Buffer | undefined;

/** Gathers the bytes of a document. */
export class ByteSink {
  #bytes = spare ?? Buffer.allocUnsafeSlow(LARGE);
  #length = 0;
  /** Large blocks, each with the number of gathered bytes in front of it. */
  #blocks: { readonly at: number; readonly bytes: Uint8Array }[] | undefined;
  #keys: Map<string, number> | undefined;

  constructor() {
    // A getter may encode something in the middle of our work.
    spare = undefined;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes an integer from 0 to 2^53 - 1. */
  uint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  number(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) {
      if (value >= 0 && value < 128) return this.byte(SMALL_INT + value);
      this.byte(INT);
      return this.uint(((value << 1) ^ (value >> 31)) >>> 0);
    }
    if (value === 0 || !Number.isFinite(value)) return this.constant(value);
    this.byte(FLOAT);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  constant(value: (typeof constants)[number]): void {
    this.byte(constantTags.get(value)!);
  }

  string(value: string): void {
    this.byte(TEXT);
    this.text(value);
  }

  text(value: string): void {
    if (value.length > SHORT || !this.#ascii(value)) this.#long(value);
  }

  /** Writes the name of a property; from the second time on, as a number. */
  key(value: string): void {
    this.#keys ??= new Map();
    const position = this.#keys.get(value);
    if (position !== undefined) return this.uint(2 + position);
    this.#keys.set(value, this.#keys.size);
    this.byte(1);
    this.text(value);
  }

  bytes(value: Uint8Array): void {
    if (value.length < LARGE) {
      this.#reserve(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    } else {
      (this.#blocks ??= []).push({ at: this.#length, bytes: value });
    }
  }

  /** The document: a copy of exactly its size. */
  finish(): Uint8Array {
    const blocks = this.#blocks ?? [];
    const size = blocks.reduce((sum, block) => sum + block.bytes.length, this.#length);
    const out =
      size < LARGE ? new Uint8Array(size) : new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    let from = 0;
    let to = 0;
    for (const { at, bytes } of blocks) {
      out.set(this.#bytes.subarray(from, at), to);
      to += at - from;
      from = at;
      out.set(bytes, to);
      to += bytes.length;
    }
    out.set(this.#bytes.subarray(from, this.#length), to);
    return out;
  }

  /** Ends the use of the sink. */
  release(): void {
    if (this.#bytes.length <= KEPT) spare = this.#bytes;
  }

  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(1 + length);
    let at = this.#length;
    this.#bytes[at++] = 2 * length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 127) return false;
      this.#bytes[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  #long(value: string): void {
    const encoding = isWellFormed(value) ? "utf8" : "utf16le";
    const size = Buffer.byteLength(value, encoding);
    this.uint(2 * size + (encoding === "utf8" ? 0 : 1));
    this.#reserve(size);
    this.#length += this.#bytes.write(value, this.#length, encoding);
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** `String.prototype.isWellFormed`, which every supported Node.js has and ES2023's types have not. */
function isWellFormed(value: string): boolean {
  return (value as string & { isWellFormed(): boolean }).isWellFormed();
}
