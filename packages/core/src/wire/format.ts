/**
 * The wire format, version 1.
 *
 * ```
 * document := version:byte (JSON utf8-json-to-the-end | TABLES utf8-json-to-the-end | value)
 * value    := constant                      tags 0 to 7: undefined null true false NaN ∞ -∞ -0
 *           | 128 to 255                    the integers 0 to 127
 *           | INT uint                      other 32-bit integers: zigzag
 *           | FLOAT 8 bytes                 any other number: IEEE 754, little-endian
 *           | BIGINT text                   hexadecimal, with a "-" in front if negative
 *           | TEXT text
 *           | REF uint                      the object that was met as the n-th, from 0
 *           | OBJECT entries                prototype: Object.prototype
 *           | BARE entries                  prototype: null
 *           | ARRAY uint value*             length, elements
 *           | SPARSE uint entries           length; elements and other properties: holes are absent
 *           | MAP (value value)* END
 *           | SET value* END
 *           | DATE value                    milliseconds since the epoch, or NaN
 *           | REGEXP text text value        source, flags, lastIndex
 *           | URL text
 *           | VIEW kind:byte uint bytes     bytes of a view or ArrayBuffer; `viewNames[kind]`
 *           | ERROR kind:byte hidden shown  `errorNames[kind]`
 *           | EXCEPTION text text hidden shown   DOMException: name, message
 *           | ATTACHED uint                 what goes along with the document, the n-th
 *           | WINDOW kind:byte value uint uint   view of such a buffer: buffer, first byte, bytes
 * hidden   := entries                       own properties that are not enumerable
 * shown    := entries                       own properties that are
 * entries  := (key value)* 0
 * key      := 1 text | uint                 a new key, or 2 + the position of one met before
 * text     := uint bytes                    2 * bytes for UTF-8; 2 * bytes + 1 for UTF-16LE, which
 *                                           carries what has lone surrogates
 * uint     := LEB128, below 2^53
 * ```
 *
 * An object (all from OBJECT on) takes the next number for REF before its contents are written.
 * The JSON of TABLES has arrays of like objects by columns. It is a list, of one of these kinds:
 *
 * ```
 * tables   := [0, value]                    the value itself
 *           | [1, [key*], tables*]          objects with these keys, of which none begins with a digit; to
 *                                           each key, the list of its values
 *           | [2, tables*]                  a list of these
 *           | [3, [key*], tables*]          an object of these
 * ```
 *
 * ATTACHED and WINDOW are in documents that never leave their process (threads, inline), and nowhere else.
 * JSON is chosen for what JSON carries exactly: it is faster than anything written in JavaScript.
 */

/** The version that this codec writes, and the newest that it reads. */
export const WIRE_VERSION = 1;

/**
 * How far below the root an object may lie: 1,000 levels inside of the list of arguments. Recursion
 * of that depth fits in the smallest stack that Node.js starts with.
 */
export const MAX_DEPTH = 1_000;

/** Tags 0 to 7 stand for these. */
export const constants = [undefined, null, true, false, NaN, Infinity, -Infinity, -0] as const;

export const END = 8;
export const INT = 9;
export const FLOAT = 10;
export const BIGINT = 11;
export const TEXT = 12;
export const REF = 13;
export const OBJECT = 14;
export const BARE = 15;
export const ARRAY = 16;
export const SPARSE = 17;
export const MAP = 18;
export const SET = 19;
export const DATE = 20;
export const REGEXP = 21;
export const URL_TAG = 22;
export const VIEW = 23;
export const ERROR = 24;
export const EXCEPTION = 25;
export const JSON_TAG = 26;
export const ATTACHED = 27;
export const WINDOW = 28;
export const TABLES = 29;
export const SMALL_INT = 128;

/** Kinds of VIEW. The order is the format: only ever append. */
export const viewNames = [
  "ArrayBuffer",
  "Buffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

/** Kinds of ERROR. The order is the format: only ever append. */
export const errorNames = [
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
  "AggregateError",
  "SuppressedError",
] as const;

/** Own properties of errors that are not enumerable, and yet belong to what an error says. */
export const hiddenKeys = [
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
] as const;
