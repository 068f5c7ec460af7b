import { JSON_TAG, MAX_DEPTH, WIRE_VERSION } from "./format.js";

/** Up to this length, a loop in JavaScript beats the way into native code. */
const SHORT = 64;

const HEADER = 2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** "[" and "{" differ in this bit alone, and so do "]" and "}". */
const CASE = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** A document of JSON text. */
export function jsonDocument(text: string): Uint8Array {
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
  out[1] = JSON_TAG;
  return out;
}

/** Whether the JSON text in the bytes opens more levels than a document may have. */
export function isTooDeep(bytes: Uint8Array): boolean {
  const { length } = bytes;
  // Each level has a bracket at either end.
  if (length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = HEADER; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      while (++at < length && bytes[at] !== QUOTE) if (bytes[at] === BACKSLASH) at++;
    } else if ((byte | CASE) === OPEN) {
      if (++depth > MAX_DEPTH + 1) return true;
    } else if ((byte | CASE) === CLOSE) {
      depth--;
    }
  }
  return false;
}
