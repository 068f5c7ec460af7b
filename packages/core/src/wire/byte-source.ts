import { WireError } from "./wire-error.js";

/** Reads the bytes of a document; nothing is allocated for what the bytes only claim to hold. */
export class ByteSource {
  readonly #bytes: Buffer;
  #position = 0;
  readonly #keys: string[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    const value = this.#bytes[this.#position];
    if (value === undefined) this.fail("it ends too early");
    this.#position++;
    return value;
  }

  /** Takes the next byte if it is this one. */
  skip(value: number): boolean {
    if (this.#bytes[this.#position] !== value) return false;
    this.#position++;
    return true;
  }

  uint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    this.fail("a number has too many bytes");
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const header = this.uint();
    const size = Math.floor(header / 2);
    const start = this.#take(size);
    return this.#bytes.toString(header % 2 === 0 ? "utf8" : "utf16le", start, start + size);
  }

  /** The name of a property; undefined at the end of the properties. */
  key(): string | undefined {
    const code = this.uint();
    if (code === 0) return undefined;
    const key = code === 1 ? this.text() : this.#keys[code - 2];
    if (key === undefined) this.fail("a name refers to none before it");
    if (code === 1) this.#keys.push(key);
    return key;
  }

  /** A copy of the next bytes, alone in its memory and thus aligned. */
  bytes(): Buffer<ArrayBuffer> {
    const size = this.uint();
    const start = this.#take(size);
    const copy = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(copy, 0, start, start + size);
    return copy;
  }

  /** All that remains, as text. */
  rest(): string {
    return this.#bytes.toString("utf8", this.#position);
  }

  fail(reason: string, cause?: unknown): never {
    const path = `byte ${this.#position}`;
    const message = `the bytes are no value that faast encoded: ${reason}`;
    throw new WireError({ code: "WIRE_MALFORMED", path, reason: message, cause });
  }

  #take(size: number): number {
    if (size > this.remaining) this.fail("it ends too early");
    const start = this.#position;
    this.#position += size;
    return start;
  }
}
