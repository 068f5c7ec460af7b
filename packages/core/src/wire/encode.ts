import type { AttachmentList } from "./attachments.js";
import { JSON_TAG, TABLES, WIRE_VERSION } from "./format.js";
import { jsonFitness } from "./json-safe.js";
import { tablesOf } from "./json-tables.js";
import { jsonDocument } from "./json-text.js";
import { messageOf } from "./refusals.js";
import { ValueWriter } from "./value-writer.js";
import { WireError } from "./wire-error.js";

/** How a value is encoded. */
export interface EncodeOptions {
  /**
   * Refuse what cannot travel exactly. Without it, functions and symbols are left out as JSON does
   * (in an array, a Map or a Set, `undefined` takes their place), and instances of classes travel as
   * plain objects of their enumerable properties, or as the built-in class that they extend.
   * @default true
   */
  readonly validate?: boolean;
  /** What the value is called in the path of a {@link WireError}. @default "value" */
  readonly root?: string;
  /**
   * Replace what cannot travel inside an `Error` by a string that says what it was, such as
   * "[a function]", so that an error that was thrown always arrives.
   * @default false
   */
  readonly lossyErrors?: boolean;
  /** What becomes of the stack of each error, however deep it lies. Default: it is kept as it is. */
  readonly stack?: (stack: string) => string;
  /**
   * Takes what is not to be put into bytes: shared memory, ports, and buffers that are moved. Whoever
   * decodes the bytes must be given them. Default: these are refused, or copied.
   */
  readonly attachments?: AttachmentList | undefined;
  /** Version of the format that the reader knows. @default WIRE_VERSION */
  readonly version?: number;
}

/**
 * Encodes a value, so that `decode` makes an equal one of it, on whatever version of Node.js.
 *
 * Kept are: JSON types, `undefined`, every number, bigint, `Date`, `RegExp`, `URL`, `Map`, `Set`,
 * `Buffer`, typed arrays, `ArrayBuffer`, `DataView`, errors with all they own, holes in arrays,
 * further properties of arrays, objects without prototype, shared references and cycles.
 *
 * Not carried, without complaint: that an object is frozen, sealed or not extensible, that a buffer
 * is resizable, properties that are not enumerable, and properties given to typed arrays. A getter
 * is read (perhaps several times) and arrives as data. A view arrives with its own bytes alone, never the
 * rest of its buffer: two views of one buffer arrive as views of two. An error arrives as the nearest
 * built-in class with its `name`.
 *
 * @returns a copy, which shares no memory with the value (apart from `attachments`)
 * @throws WireError if the value cannot travel, with the path of the culprit, or is nested more than
 * 1,000 levels deep below its root
 *
 * @example
 * ```ts
 * import { decode, encode } from "@faast/core/provider";
 * const bytes = encode(new Map([["when", new Date()]]));
 * const map = decode(bytes) as Map<string, Date>;
 * ```
 */
export function encode(value: unknown, options: EncodeOptions = {}): Uint8Array {
  const { version = WIRE_VERSION } = options;
  if (version !== WIRE_VERSION) {
    const reason = `the reader knows wire version ${version}, this side writes version ${WIRE_VERSION}; use the same version of faast on both sides`;
    throw new WireError({ code: "WIRE_VERSION", path: options.root ?? "value", reason });
  }
  return asJson(value) ?? asBinary(value, options);
}

/** The value as JSON text, if that carries it exactly. */
function asJson(value: unknown): Uint8Array | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    const fitness = jsonFitness(value);
    if (fitness === "none") return undefined;
    const tables = fitness === "rows" ? tablesOf(value) : undefined;
    if (tables !== undefined) return jsonDocument(TABLES, JSON.stringify(tables));
    return jsonDocument(JSON_TAG, JSON.stringify(value));
  } catch {
    // A getter threw, or the text is longer than a string can be: the other way tells, or manages.
  }
  return undefined;
}

function asBinary(value: unknown, options: EncodeOptions): Uint8Array {
  const { validate = true, root = "value", lossyErrors = false, stack, attachments } = options;
  const writer = new ValueWriter({ validate, root, lossyErrors, stack, attachments });
  try {
    writer.sink.byte(WIRE_VERSION);
    writer.value(value);
    const bytes = writer.sink.finish();
    attachments?.move();
    return bytes;
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    const reason = `it cannot be read: ${messageOf(cause)}`;
    throw new WireError({ code: "WIRE_REFUSED", path: writer.path, reason, cause });
  } finally {
    writer.sink.release();
  }
}
