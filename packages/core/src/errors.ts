/** Marks our errors, so that they are recognised across copies of this package and across realms. */
const brand = Symbol.for("@faast/core/error");

/** A stable name for each kind of failure. */
export type FaastErrorCode =
  | "FAAST_ERROR"
  | "FAAST_OPTIONS"
  | "FAAST_MODULE"
  | "FAAST_PROVIDER"
  | "FAAST_SERIALIZATION"
  | "FAAST_TIMEOUT"
  | "FAAST_OUT_OF_MEMORY"
  | "FAAST_CANCELLED"
  | "FAAST_CREATE_FUNCTION"
  | "FAAST_CONCURRENCY"
  | "FAAST_WORKER_EXIT"
  | "FAAST_TRANSPORT";

/** What is known of a failure, beside its message. */
export interface FaastErrorOptions {
  readonly cause?: unknown;
  /** The function called, by its export key. */
  readonly functionName?: string | undefined;
  /** Where the output of the failed attempt is to be read. */
  readonly logUrl?: string | undefined;
  /** The attempt that failed, from 0. */
  readonly attempt?: number | undefined;
}

/**
 * A failure of faast itself, as opposed to one of the user's function, which arrives as it was thrown.
 *
 * `instanceof` works across copies of this package: it goes by a brand, not by identity.
 *
 * @example
 * ```ts
 * import { FaastError } from "@faast/core";
 * const describe = (error: unknown) => (error instanceof FaastError ? error.code : "not ours");
 * ```
 */
export class FaastError extends Error {
  /** The name of the class, which survives minification. */
  static readonly className: string = "FaastError";
  /** Stable, for programs. */
  readonly code: FaastErrorCode = "FAAST_ERROR";
  readonly functionName: string | undefined;
  readonly logUrl: string | undefined;
  readonly attempt: number | undefined;

  constructor(message: string, options: FaastErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    const { functionName, logUrl, attempt } = options;
    this.functionName = functionName;
    this.logUrl = logUrl;
    this.attempt = attempt;
    Object.defineProperty(this, "name", {
      value: ownName(new.target) ?? new.target.name,
      configurable: true,
      writable: true,
    });
    Object.defineProperty(this, brand, { value: lineage(new.target) });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const name = ownName(this);
    // A user's subclass has no name of ours: it is recognised as any class is.
    if (name === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    return (value[brand] as readonly string[]).includes(name);
  }
}

function ownName(type: object): string | undefined {
  return Object.hasOwn(type, "className") ? (type as typeof FaastError).className : undefined;
}

/** The names of an error class and of those it extends, up to `FaastError`. */
function lineage(type: object): readonly string[] {
  const names: string[] = [];
  for (
    let each: object | null = type;
    each !== null;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    const name = ownName(each);
    if (name !== undefined) names.push(name);
  }
  return names;
}

/** An option is unknown, of the wrong type or out of its range. */
export class FaastOptionsError extends FaastError {
  static override readonly className: string = "FaastOptionsError";
  override readonly code = "FAAST_OPTIONS";
}

/** The file of the user's module could not be found. */
export class FaastModuleError extends FaastError {
  static override readonly className: string = "FaastModuleError";
  override readonly code = "FAAST_MODULE";
}

/** The provider is not installed, or is none. */
export class FaastProviderError extends FaastError {
  static override readonly className: string = "FaastProviderError";
  override readonly code = "FAAST_PROVIDER";
}

/** An argument, a result or an item of a stream cannot travel. */
export class FaastSerializationError extends FaastError {
  static override readonly className: string = "FaastSerializationError";
  override readonly code = "FAAST_SERIALIZATION";
}

/** The function ran longer than its `timeout`. */
export class FaastTimeoutError extends FaastError {
  static override readonly className: string = "FaastTimeoutError";
  override readonly code = "FAAST_TIMEOUT";
}

/** The function used more memory than its worker has. */
export class FaastOutOfMemoryError extends FaastError {
  static override readonly className: string = "FaastOutOfMemoryError";
  override readonly code = "FAAST_OUT_OF_MEMORY";
}

/** The call was given up: by `cleanup()`, by an `AbortSignal`, or because the module is closed. */
export class FaastCancelledError extends FaastError {
  static override readonly className: string = "FaastCancelledError";
  override readonly code = "FAAST_CANCELLED";
}

/** The infrastructure could not be created, or the module could not be loaded in it. */
export class FaastCreateFunctionError extends FaastError {
  static override readonly className: string = "FaastCreateFunctionError";
  override readonly code = "FAAST_CREATE_FUNCTION";
}

/** The platform refused the call since too many run already. */
export class FaastConcurrencyError extends FaastError {
  static override readonly className: string = "FaastConcurrencyError";
  override readonly code = "FAAST_CONCURRENCY";
}

/** The worker ended in the middle of the call: exit, signal or uncaught exception. */
export class FaastWorkerExitError extends FaastError {
  static override readonly className: string = "FaastWorkerExitError";
  override readonly code = "FAAST_WORKER_EXIT";
}

/** A call could not be delivered, or nothing was heard of it. */
export class FaastTransportError extends FaastError {
  static override readonly className: string = "FaastTransportError";
  override readonly code = "FAAST_TRANSPORT";
}
