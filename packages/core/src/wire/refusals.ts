import { types } from "node:util";
import { lateWorkerThreads } from "../late-builtins.js";
import { isDetached } from "./attachments.js";
import { classNameOf, isDerived, tagOf, type Kind } from "./kinds.js";

/** Why a value cannot travel. */
export interface Refusal {
  /** What it is: "a function". */
  readonly what: string;
  /** What to do instead, as a sentence without its full stop. */
  readonly advice: string;
  /** The property that is to blame, where not the whole is. */
  readonly step?: symbol;
}

/** What shares memory with its caller. */
const threads = 'functions in threads (the local provider with isolation: "thread")';

/** Classes that people do try to send, and what to send in their place. */
const substitutes: Readonly<Record<string, string>> = {
  Promise: "await it first",
  WeakMap: "use a Map",
  WeakSet: "use a Set",
  WeakRef: "send what it refers to",
  Arguments: "spread it into an array",
  Module: "spread it into an object, without its functions",
  Blob: "send its arrayBuffer()",
  File: "send its arrayBuffer()",
  Headers: "use Object.fromEntries() on it",
  URLSearchParams: "send its toString()",
};

/** Why a primitive or a function cannot travel. */
export function refusalOf(value: unknown): Refusal {
  return typeof value === "function"
    ? {
        what: "a function",
        advice: "send the data that it needs, and export it where it is to run",
      }
    : { what: "a symbol", advice: "send a string" };
}

/** Why a value cannot travel whose property, or which itself, throws when it is looked at. */
export function unreadableBecause(error: unknown): Refusal {
  return {
    what: `something that throws when read (${messageOf(error)})`,
    advice: "make it readable, or leave it out",
  };
}

/** What an error says, if it is able to. */
export function messageOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "an error";
  }
}

/**
 * Why an object cannot travel without loss; undefined if it can.
 *
 * @param isWindow - it is a view of a buffer that goes along as it is.
 */
export function objectRefusalOf(value: object, kind: Kind, isWindow = false): Refusal | undefined {
  if (kind === "object" || kind === "bare" || kind === "array") {
    return kind === "array" && isDerived(value, kind) ? derived(value, "Array") : undefined;
  }
  if (kind === "error" || kind === "exception") return undefined;
  if (kind === "other") {
    if (types.isBoxedPrimitive(value)) {
      return { what: `a ${classNameOf(value)} object`, advice: "send the primitive value" };
    }
    if (value instanceof lateWorkerThreads().MessagePort)
      return { what: "a MessagePort", advice: `it can only go to ${threads}` };
    const tag = tagOf(value);
    return instanceOf(adviceFor(tag) === undefined ? classNameOf(value) : tag);
  }
  const tag = tagOf(value);
  if (isDerived(value, kind)) return derived(value, tag);
  if (kind === "buffer") {
    const refusal = isWindow ? undefined : bufferRefusalOf(value as ArrayBuffer | ArrayBufferView);
    // To list what a typed array has beside its elements is to list those, which takes too long.
    if (refusal !== undefined || types.isTypedArray(value)) return refusal;
  }
  if (Object.keys(value).length > 0) {
    const what = `${tag.startsWith("A") ? "an" : "a"} ${tag} with properties of its own`;
    return { what, advice: "send those beside it" };
  }
  return undefined;
}

/** Why an object's symbols keep it from travelling; undefined if they do not. */
export function symbolRefusalOf(value: object): Refusal | undefined {
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.length === 0) return undefined;
  if (tagOf(value) === "Arguments") return instanceOf("Arguments");
  // As with strings, only enumerable properties count.
  const step = symbols.find((each) => Object.prototype.propertyIsEnumerable.call(value, each));
  return step && { what: "keyed by a symbol", advice: "use a string as its key", step };
}

function bufferRefusalOf(value: ArrayBuffer | ArrayBufferView): Refusal | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (types.isSharedArrayBuffer(buffer)) {
    return {
      what: "shared memory",
      advice: `send a copy of its bytes, or share it with ${threads}`,
    };
  }
  return isDetached(buffer)
    ? { what: "a detached buffer", advice: "send it before it is transferred" }
    : undefined;
}

function derived(value: object, base: string): Refusal {
  const name = classNameOf(value);
  return {
    what: `an instance of ${name}, which extends ${base}`,
    advice: `send a plain ${base}`,
  };
}

function instanceOf(name: string): Refusal {
  const advice =
    adviceFor(name) ?? "send its data as a plain object, and make the instance where it is needed";
  return { what: `an instance of ${name}`, advice };
}

function adviceFor(name: string): string | undefined {
  if (/(Iterator|Generator)$/.test(name)) return "collect its items in an array";
  return Object.hasOwn(substitutes, name) ? substitutes[name] : undefined;
}
