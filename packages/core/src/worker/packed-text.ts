/** Payloads up to this size (bytes) travel as text. */
export const SMALL = 8192;

/** Up to this length, the way into native code takes longer. */
const SHORT = 12;

/** What ends the header. */
export const END = "\n";

/** What stands between the fields of a header. */
export const GAP = " ";

/** Whether a text can be a field of a header. */
export function isField(text: string): boolean {
  return !text.includes(GAP) && !text.includes(END);
}

/** One character a byte. */
export function textOf(bytes: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength > SHORT) return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
  let text = "";
  for (let at = 0; at < byteLength; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** One byte a character. */
export function bytesOf(text: string): Uint8Array {
  const { length } = text;
  if (length > SHORT) return Buffer.from(text, "latin1");
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
