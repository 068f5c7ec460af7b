import { types } from "node:util";
import * as tag from "./format.js";
import type { Attachment } from "./attachments.js";
import type { ByteSource } from "./byte-source.js";
import { assign, define, useDictionary } from "./assignment.js";

/** Reads a value in the binary grammar. */
export class ValueReader {
  readonly #source: ByteSource;
  readonly #attachments: readonly Attachment[];
  readonly #objects: object[] = [];
  #depth = 0;

  constructor(source: ByteSource, attachments: readonly Attachment[] = []) {
    this.#source = source;
    this.#attachments = attachments;
  }

  value(): unknown {
    const source: ByteSource = this.#source;
    const code = source.byte();
    if (code >= tag.SMALL_INT) return code - tag.SMALL_INT;
    if (code < tag.END) return tag.constants[code];
    switch (code) {
      case tag.INT: {
        const zigzag = source.uint();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case tag.FLOAT:
        return source.double();
      case tag.TEXT:
        return source.text();
      case tag.BIGINT:
        return this.#bigint(source.text());
      case tag.REF:
        return this.#objects[source.uint()] ?? source.fail("a reference is to nothing before it");
    }
    if (++this.#depth > tag.MAX_DEPTH + 1)
      source.fail(`it is more than ${tag.MAX_DEPTH} levels deep`);
    const object = this.#object(code);
    this.#depth--;
    return object;
  }

  #object(code: number): object {
    const source: ByteSource = this.#source;
    switch (code) {
      case tag.OBJECT:
        return this.#entries(this.#met({}));
      case tag.BARE:
        return this.#entries(this.#met(Object.create(null) as object));
      case tag.ARRAY:
        return this.#array();
      case tag.SPARSE:
        return this.#sparse();
      case tag.MAP: {
        const map = this.#met(new Map<unknown, unknown>());
        while (!source.skip(tag.END)) map.set(this.value(), this.value());
        return map;
      }
      case tag.SET: {
        const set = this.#met(new Set<unknown>());
        while (!source.skip(tag.END)) set.add(this.value());
        return set;
      }
      case tag.DATE: {
        const date = this.#met(new Date(NaN));
        const time = this.value();
        if (typeof time !== "number") source.fail("a date is no number");
        date.setTime(time);
        return date;
      }
      case tag.REGEXP: {
        const regexp = this.#met(new RegExp(source.text(), source.text()));
        regexp.lastIndex = this.value() as number;
        return regexp;
      }
      case tag.URL_TAG:
        return this.#met(new URL(source.text()));
      case tag.VIEW:
        return this.#view();
      case tag.ERROR:
        return this.#error(source.byte());
      case tag.EXCEPTION: {
        const name = source.text();
        const message = source.text();
        return this.#owned(this.#met(withoutStack(() => new DOMException(message, name))));
      }
      case tag.ATTACHED:
        return this.#met(
          this.#attachments[source.uint()] ?? source.fail("what it refers to did not come along"),
        );
      case tag.WINDOW:
        return this.#window();
      default:
        return source.fail(`there is no tag ${code}`);
    }
  }

  /** Numbers an object, before its contents are read: they may refer to it. */
  #met<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #bigint(text: string): bigint {
    const [, sign, digits] =
      /^(-?)([0-9a-f]+)$/.exec(text) ?? this.#source.fail("a bigint is no number");
    const magnitude = BigInt(`0x${digits}`);
    return sign ? -magnitude : magnitude;
  }

  #array(): unknown[] {
    const array = this.#met<unknown[]>([]);
    const length = this.#source.uint();
    if (length > this.#source.remaining) this.#source.fail("it ends too early");
    for (let index = 0; index < length; index++) array.push(this.value());
    return array;
  }

  #sparse(): unknown[] {
    const array = this.#met<unknown[]>([]);
    const length = this.#source.uint();
    this.#entries(array);
    // Setting a length makes V8 allocate that much, unless elements are in a dictionary.
    if (length > 16 + 2 * array.length) useDictionary(array);
    array.length = length;
    return array;
  }

  #view(): object {
    const name = this.#viewName();
    const bytes = this.#source.bytes();
    if (name === "Buffer") return this.#met(bytes);
    if (name === "ArrayBuffer") return this.#met(bytes.buffer);
    const View = this.#viewNamed(name);
    return this.#met(new View(bytes.buffer));
  }

  #window(): object {
    const name = this.#viewName();
    // It has its number before its buffer has one.
    const position = this.#objects.push(this) - 1;
    const buffer = this.value();
    if (!types.isAnyArrayBuffer(buffer)) this.#source.fail("a view is of no buffer");
    const offset = this.#source.uint();
    const size = this.#source.uint();
    const View = this.#viewNamed(name);
    const view =
      name === "Buffer"
        ? Buffer.from(buffer, offset, size)
        : new View(buffer, offset, size / (View.BYTES_PER_ELEMENT ?? 1));
    this.#objects[position] = view;
    return view;
  }

  #viewName(): (typeof tag.viewNames)[number] {
    return tag.viewNames[this.#source.byte()] ?? this.#source.fail("an unknown kind of bytes");
  }

  #viewNamed(name: string): ViewConstructor {
    const View = (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
    return View ?? this.#source.fail(`Node.js ${process.version} has no ${name}`);
  }

  #error(kind: number): object {
    const name = tag.errorNames[kind] ?? this.#source.fail("an unknown kind of error");
    const classes = globalThis as unknown as Record<string, ErrorConstructor | undefined>;
    const error = withoutStack(() =>
      name === "AggregateError" ? new AggregateError([]) : new (classes[name] ?? Error)(),
    );
    return this.#owned(this.#met(error), name);
  }

  /** Gives an error what the original owned, and only that. */
  #owned(error: Error, name = error.name): Error {
    for (const key of tag.hiddenKeys) Reflect.deleteProperty(error, key);
    if (error.name !== name) define(error, "name", { value: name, enumerable: false });
    this.#entries(error, false);
    return this.#entries(error);
  }

  #entries<T extends object>(target: T, enumerable = true): T {
    const source = this.#source;
    for (let count = 0; ; count++) {
      const key = source.key();
      if (key === undefined) return target;
      const value = this.value();
      if (enumerable) assign(target, key, { value, count });
      else define(target, key, { value, enumerable });
    }
  }
}

/** Makes an error without the stack of this place: noting it would take most of the time and memory. */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface ViewConstructor {
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): ArrayBufferView;
}
