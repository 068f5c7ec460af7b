import { MAX_DEPTH, TABLES, WIRE_VERSION } from "./format.js";

/** Up to this length, a loop in JavaScript beats the way into native code. */
const SHORT = 64;

const HEADER = 2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a byte of JSON text may begin or end; 0: nothing that counts here. */
const QUOTED = 1;
const OPEN = 2;
const CLOSE = 3;
const kinds = new Uint8Array(256);
kinds[QUOTE] = QUOTED;
for (const bracket of "[{") kinds[bracket.charCodeAt(0)] = OPEN;
for (const bracket of "]}") kinds[bracket.charCodeAt(0)] = CLOSE;

/** A document of JSON text, of one of the two kinds. */
export function jsonDocument(tag: number, text: string): Uint8Array {
  const { length } = text;
  let out: Uint8Array | undefined;
  if (length <= SHORT) {
    out = new Uint8Array(HEADER + length);
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) {
        out = undefined;
        break;
      }
      out[HEADER + at] = unit;
    }
  }
  if (out === undefined) {
    const size = Buffer.byteLength(text);
    const buffer = Buffer.allocUnsafeSlow(HEADER + size);
    buffer.write(text, HEADER, size === length ? "latin1" : "utf8");
    out = new Uint8Array(buffer.buffer);
  }
  out[0] = WIRE_VERSION;
  out[1] = tag;
  return out;
}

/** Whether the JSON text in the bytes opens more levels than a document may have. */
export function isTooDeep(bytes: Uint8Array): boolean {
  const { length } = bytes;
  // Each level has a bracket at either end.
  if (length < 2 * MAX_DEPTH) return false;
  // The lists that tables are made of are one level deeper, at most, than what they stand for.
  const limit = MAX_DEPTH + (bytes[1] === TABLES ? 2 : 1);
  let depth = 0;
  for (let at = HEADER; at < length; at++) {
    const kind = kinds[bytes[at]!];
    if (kind === 0) continue;
    if (kind === QUOTED) {
      while (++at < length && bytes[at] !== QUOTE) if (bytes[at] === BACKSLASH) at++;
    } else if (kind === CLOSE) {
      depth--;
    } else if (++depth > limit) {
      return true;
    }
  }
  return false;
}
