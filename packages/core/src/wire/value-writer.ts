import { types } from "node:util";
import * as tag from "./format.js";
import type { AttachmentList } from "./attachments.js";
import { ByteSink } from "./byte-sink.js";
import { type Kind, errorKindOf, kindOf, viewKindOf } from "./kinds.js";
import {
  type Refusal,
  objectRefusalOf,
  refusalOf,
  symbolRefusalOf,
  unreadableBecause,
} from "./refusals.js";
import { type Step, renderPath } from "./value-path.js";
import { WireError, type WireErrorCode } from "./wire-error.js";

/** How values are written. */
export interface WriterOptions {
  readonly validate: boolean;
  readonly root: string;
  readonly lossyErrors: boolean;
  readonly stack: ((stack: string) => string) | undefined;
  readonly attachments: AttachmentList | undefined;
}

/** Of `hiddenKeys`, how many at the front a class may give to all of its instances. */
const INHERITED = 3;

/** Stands for what a getter would have returned, had it not thrown. */
const unreadable = Symbol("unreadable");

/** Writes a value in the binary grammar, or refuses it. */
export class ValueWriter {
  readonly sink = new ByteSink();
  readonly #options: WriterOptions;
  #seen: Map<object, number> | undefined;
  /** The way from the root to the value at hand; valid up to `#depth`. */
  readonly #steps: Step[] = [];
  #depth = 0;
  /** How many errors the value at hand lies in, where errors may lose what cannot travel. */
  #lossy = 0;
  #thrown: unknown;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** The path of the value at hand. */
  get path(): string {
    return renderPath(this.#options.root, this.#steps.slice(0, this.#depth));
  }

  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.sink.string(value);
      case "number":
        return this.sink.number(value);
      case "boolean":
      case "undefined":
        return this.sink.constant(value);
      case "object":
        return value === null ? this.sink.constant(value) : this.#object(value);
      case "bigint": {
        this.sink.byte(tag.BIGINT);
        return this.sink.text(value.toString(16));
      }
      case "symbol":
      case "function":
        return this.#unsendable(value);
    }
  }

  #unsendable(value: unknown): void {
    if (value === unreadable) return this.#refuse(unreadableBecause(this.#thrown));
    if (this.#options.validate || this.#lossy > 0) return this.#refuse(refusalOf(value));
    this.sink.constant(undefined);
  }

  #object(value: object): void {
    const seen = (this.#seen ??= new Map<object, number>());
    const position = seen.get(value);
    if (position !== undefined) {
      this.sink.byte(tag.REF);
      return this.sink.uint(position);
    }
    const { attachments } = this.#options;
    if (attachments?.accepts(value) === true) {
      seen.set(value, seen.size);
      this.sink.byte(tag.ATTACHED);
      return this.sink.uint(attachments.add(value));
    }
    if (!this.#options.validate && types.isBoxedPrimitive(value)) {
      const primitive: unknown = value.valueOf();
      if (typeof primitive !== "object") return this.value(primitive);
    }
    if (this.#depth > tag.MAX_DEPTH) {
      const what = `more than ${tag.MAX_DEPTH} levels deep`;
      return this.#refuse({ what, advice: "flatten it" }, "WIRE_DEPTH");
    }
    let kind: Kind = "other";
    let refusal: Refusal | undefined;
    try {
      kind = kindOf(value);
      refusal = this.#refusal(value, kind);
    } catch (error) {
      refusal = unreadableBecause(error); // a revoked proxy, or a trap
    }
    if (refusal !== undefined) return this.#refuse(refusal);
    seen.set(value, seen.size);
    this.#depth++;
    this.#contents(value, kind);
    this.#depth--;
  }

  #refusal(value: object, kind: Kind): Refusal | undefined {
    const { validate, lossyErrors } = this.#options;
    if (!validate && this.#lossy === 0) return undefined;
    const refusal = objectRefusalOf(value, kind, this.#isWindow(value));
    const lossy = this.#lossy > 0 || (lossyErrors && (kind === "error" || kind === "exception"));
    return refusal ?? (lossy ? undefined : symbolRefusalOf(value));
  }

  /** Whether an object is a view of a buffer that goes along. */
  #isWindow(value: object): value is ArrayBufferView {
    const { attachments } = this.#options;
    return (
      attachments !== undefined && ArrayBuffer.isView(value) && attachments.accepts(value.buffer)
    );
  }

  #contents(value: object, kind: Kind): void {
    const { sink } = this;
    switch (kind) {
      case "array":
        return this.#array(value as unknown[]);
      case "object":
      case "bare":
      case "other":
        sink.byte(kind === "bare" ? tag.BARE : tag.OBJECT);
        return this.#entries(value, Object.keys(value));
      case "map":
        return this.#map(value as Map<unknown, unknown>);
      case "set":
        return this.#set(value as Set<unknown>);
      case "date":
        sink.byte(tag.DATE);
        return sink.number(Date.prototype.getTime.call(value));
      case "regexp": {
        const { source, flags, lastIndex } = value as RegExp;
        sink.byte(tag.REGEXP);
        sink.text(source);
        sink.text(flags);
        return this.#child("lastIndex", lastIndex);
      }
      case "url":
        sink.byte(tag.URL_TAG);
        return sink.text((value as URL).href);
      case "buffer":
        return this.#view(value as ArrayBuffer | ArrayBufferView);
      case "exception":
        sink.byte(tag.EXCEPTION);
        sink.text(String((value as DOMException).name));
        sink.text(String((value as DOMException).message));
        return this.#error(value);
      case "error": {
        const nearest = errorKindOf(value) ?? 0;
        sink.byte(tag.ERROR);
        sink.byte(nearest);
        return this.#error(value, tag.errorNames[nearest]);
      }
    }
  }

  #child(step: Step, value: unknown): void {
    this.#steps[this.#depth - 1] = step;
    this.value(value);
  }

  #array(value: unknown[]): void {
    const { length } = value;
    // As in `jsonFitness`: fewer values than elements are holes, more are properties. One of each
    // makes the same number, and so holes are looked for while writing is still undecided.
    let dense = Object.values(value).length === length;
    for (let index = 0; dense && index < length; index++) {
      dense = value[index] !== undefined || Object.hasOwn(value, index);
    }
    this.sink.byte(dense ? tag.ARRAY : tag.SPARSE);
    this.sink.uint(length);
    if (!dense) return this.#entries(value, Object.keys(value));
    for (let index = 0; index < length; index++) this.#child(index, this.#read(value, index));
  }

  #map(value: Map<unknown, unknown>): void {
    let index = 0;
    this.sink.byte(tag.MAP);
    Map.prototype.forEach.call(value, (item, key) => {
      const position = index++;
      this.#child((path) => `[...${path}.keys()][${position}]`, key);
      this.#child(
        typeof key === "object" || typeof key === "function"
          ? (path) => `[...${path}.values()][${position}]`
          : (path) => `${path}.get(${literal(key)})`,
        item,
      );
    });
    this.sink.byte(tag.END);
  }

  #set(value: Set<unknown>): void {
    let index = 0;
    this.sink.byte(tag.SET);
    Set.prototype.forEach.call(value, (item) => {
      const position = index++;
      this.#child((path) => `[...${path}][${position}]`, item);
    });
    this.sink.byte(tag.END);
  }

  #view(value: ArrayBuffer | ArrayBufferView): void {
    if (this.#isWindow(value)) {
      this.sink.byte(tag.WINDOW);
      this.sink.byte(viewKindOf(value));
      this.#child("buffer", value.buffer);
      this.sink.uint(value.byteOffset);
      return this.sink.uint(value.byteLength);
    }
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    this.sink.byte(tag.VIEW);
    this.sink.byte(Math.max(0, viewKindOf(value)));
    this.sink.uint(bytes.length);
    this.sink.bytes(bytes);
  }

  /** Writes what an error owns, and the name and message that its class gives it instead. */
  #error(value: object, builtIn?: string): void {
    if (this.#options.lossyErrors) this.#lossy++;
    const hidden = tag.hiddenKeys.filter((key, index) => {
      // A stack is made when it is first read, by code that stumbles over errors of odd shapes.
      if (key === "stack" && this.#read(value, key) === unreadable) return false;
      if (Object.hasOwn(value, key)) return !isEnumerable(value, key);
      if (builtIn === undefined || index >= INHERITED || !(key in value)) return false;
      return this.#read(value, key) !== (key === "name" ? builtIn : "");
    });
    this.#entries(value, hidden, true);
    this.#entries(value, Object.keys(value), true);
    if (this.#options.lossyErrors) this.#lossy--;
  }

  #entries(value: object, keys: readonly string[], ofError = false): void {
    const { stack } = this.#options;
    for (const key of keys) {
      let child = this.#read(value, key);
      if (ofError && stack !== undefined && key === "stack" && typeof child === "string") {
        child = stack(child);
      }
      if (!this.#options.validate && this.#lossy === 0 && isDropped(child)) continue;
      this.sink.key(key);
      this.#child(key, child);
    }
    this.sink.uint(0);
  }

  #read(value: object, key: string | number): unknown {
    try {
      return (value as Record<string | number, unknown>)[key];
    } catch (error) {
      this.#thrown = error;
      return unreadable;
    }
  }

  #refuse({ what, advice, step }: Refusal, code: WireErrorCode = "WIRE_REFUSED"): void {
    if (this.#lossy > 0) return this.sink.string(`[${what}]`);
    if (step !== undefined) this.#steps[this.#depth++] = step;
    throw new WireError({ code, path: this.path, reason: `it is ${what}; ${advice}` });
  }
}

function isEnumerable(value: object, key: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, key);
}

function isDropped(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "symbol" && value !== unreadable);
}

/** A primitive, as one would write it. */
function literal(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : `${String(value)}${typeof value === "bigint" ? "n" : ""}`;
}
