import { JSON_TAG, MAX_DEPTH, WIRE_VERSION } from "./format.js";

/** Up to this length, a loop in JavaScript beats the way into native code. */
const SHORT = 64;

const HEADER = 2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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
  // Each level has a bracket at either end.
  if (bytes.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = HEADER; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      while (++at < bytes.length && bytes[at] !== QUOTE) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_DEPTH + 1) return true; // [ or {
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--; // ] or }
    }
  }
  return false;
}
