import type { Attachment } from "./attachments.js";
import { ByteSource } from "./byte-source.js";
import { JSON_TAG, MAX_DEPTH, TABLES, WIRE_VERSION } from "./format.js";
import { valueOf } from "./json-tables.js";
import { isTooDeep } from "./json-text.js";
import { ValueReader } from "./value-reader.js";
import { WireError } from "./wire-error.js";

/**
 * Decodes what `encode` made. Safe with bytes of any origin: they cannot run code, reach a prototype
 * or make this side allocate more than a fixed multiple of their own size.
 *
 * @param attachments - what has come along with the bytes.
 * @returns the value, which shares no memory with the bytes
 * @throws WireError if the bytes are no such document, or one of a newer version
 *
 * @example
 * ```ts
 * import { decode, encode } from "@faast/core/provider";
 * decode(encode([1, undefined, 2n])); // [1, undefined, 2n]
 * ```
 */
export function decode(bytes: Uint8Array, attachments?: readonly Attachment[]): unknown {
  const source = new ByteSource(bytes);
  const version = source.byte();
  if (version !== WIRE_VERSION) {
    const reason = `it is of wire version ${version}, this side reads version ${WIRE_VERSION}; use the same version of faast on both sides`;
    throw new WireError({ code: "WIRE_VERSION", path: "byte 0", reason });
  }
  try {
    if (source.skip(JSON_TAG)) return parse(source, bytes);
    if (source.skip(TABLES)) return valueOf(parse(source, bytes), (reason) => source.fail(reason));
    const value = new ValueReader(source, attachments).value();
    if (source.remaining > 0) source.fail("more follows after its end");
    return value;
  } catch (error) {
    if (error instanceof WireError) throw error;
    // What the runtime does not accept: broken JSON, a URL, a pattern newer than this Node.js.
    return source.fail(String(error), error);
  }
}

function parse(source: ByteSource, bytes: Uint8Array): unknown {
  if (isTooDeep(bytes)) source.fail(`it is more than ${MAX_DEPTH} levels deep`);
  try {
    return JSON.parse(source.rest());
  } catch (cause) {
    // The words of JSON.parse quote the text, which is none of a log's business.
    return source.fail("its JSON is broken", cause);
  }
}
