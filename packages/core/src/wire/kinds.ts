import { types } from "node:util";
import { errorNames, viewNames } from "./format.js";

/**
 * What an object is, told by what it has inside, not by whose prototype it has: jest and vitest run
 * code in realms of their own, with an `Array` and a `Date` of their own.
 */
export type Kind =
  | "array"
  | "object"
  | "bare"
  | "map"
  | "set"
  | "date"
  | "regexp"
  | "url"
  | "buffer"
  | "error"
  | "exception"
  | "other";

/** What the object is, to the codec; "other" if it cannot travel as what it is. */
export function kindOf(value: object): Kind {
  const prototype = prototypeOf(value);
  if (Array.isArray(value)) return "array";
  if (prototype === Object.prototype) return "object";
  if (types.isMap(value)) return "map";
  if (types.isSet(value)) return "set";
  if (types.isDate(value)) return "date";
  if (types.isRegExp(value)) return "regexp";
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return "buffer";
  const tag = tagOf(value);
  if (tag === "DOMException") return "exception";
  if (types.isNativeError(value) || errorKindOf(value) !== undefined) return "error";
  if (tag === "URL" && URL.canParse((value as URL).href)) return "url";
  if (types.isModuleNamespaceObject(value)) return "other";
  if (prototype === null) return "bare";
  return isRoot(prototype) ? "object" : "other";
}

/** Whether the object is of a class derived from the built-in one that its kind stands for. */
export function isDerived(value: object, kind: Kind): boolean {
  let levels = 1;
  if (kind === "buffer") levels = Buffer.isBuffer(value) ? 3 : types.isTypedArray(value) ? 2 : 1;
  let prototype = prototypeOf(value);
  while (levels-- > 0 && prototype !== null) prototype = prototypeOf(prototype);
  return prototype === null || !isRoot(prototype);
}

/** Position in `errorNames` of the nearest built-in error class. */
export function errorKindOf(value: object): number | undefined {
  for (let each = prototypeOf(value); each !== null; each = prototypeOf(each)) {
    const name: unknown = ownValue(each, "name");
    const kind = errorNames.indexOf(name as (typeof errorNames)[number]);
    if (kind >= 0 && constructorName(each) === name) return kind;
  }
  return undefined;
}

/** Position in `viewNames`, or -1. */
export function viewKindOf(value: object): number {
  if (types.isAnyArrayBuffer(value)) return 0;
  if (Buffer.isBuffer(value)) return 1;
  return viewNames.indexOf(tagOf(value) as (typeof viewNames)[number]);
}

/** The name of the object's class, as far as there is one. */
export function classNameOf(value: object): string {
  const prototype = prototypeOf(value);
  return (prototype === null ? "" : constructorName(prototype)) || "a class";
}

/** What `Object.prototype.toString` says it is. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether the object is the `Object.prototype` of some realm. */
function isRoot(value: object): boolean {
  return prototypeOf(value) === null && Object.hasOwn(value, "isPrototypeOf");
}

function constructorName(prototype: object): string {
  const constructor = ownValue(prototype, "constructor");
  return typeof constructor === "function" ? constructor.name : "";
}

function ownValue(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
