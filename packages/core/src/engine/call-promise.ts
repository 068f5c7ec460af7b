import type { ErrorFrame, ExecutionDetail, ResultFrame } from "../protocol/frames.js";
import type { CallOutlet, CallTask } from "./call-task.js";
import type { Present } from "./detail.js";
import { awaitedRejection } from "./call-site.js";
import { decodeFrom } from "./encoding.js";
import { hush, isCancellation } from "./cancellation.js";
import { RemoteStream } from "./remote-stream.js";

/** Settles a promise with the outcome of a call; with a `RemoteStream`, if the call is one. */
export class PromiseOutlet implements CallOutlet {
  readonly promise: Promise<unknown>;
  untouched = true;
  private readonly functionName: string;
  private readonly present: Present;
  private readonly isLocated: boolean;
  private resolve!: (value: unknown) => void;
  private reject!: (reason: unknown) => void;

  /** @param isLocated - the stack of a failure tells who has made the call. */
  constructor(functionName: string, present: Present, isLocated: boolean) {
    this.functionName = functionName;
    this.present = present;
    this.isLocated = isLocated;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    Object.setPrototypeOf(this.promise, callPromisePrototype);
  }

  get awaiting(): boolean {
    return true;
  }

  started(task: CallTask): void {
    this.untouched = false;
    const stream = RemoteStream.adopt(task, this.present);
    task.outlet = stream;
    this.resolve(stream);
  }

  item(): void {
    // Items follow `started`, which put the stream in this outlet's place.
  }

  result(frame: ResultFrame, execution: ExecutionDetail | undefined): void {
    try {
      const value = decodeFrom(this.functionName, frame.value, frame.attachments);
      this.resolve(this.present(value, execution));
    } catch (error) {
      this.reject(error);
    }
  }

  failed(thrown: unknown, _frame: ErrorFrame | undefined): void {
    if (isCancellation(thrown)) hush(this.promise);
    else if (!this.isLocated) {
      const { rejected, reject } = awaitedRejection(thrown);
      this.resolve(rejected);
      return reject();
    }
    this.reject(thrown);
  }
}

/** Iterates what a call gives, in case its function returned an iterator. */
function iterateCall(this: Promise<unknown>): AsyncIterator<unknown> {
  // Whoever iterates gets the failure from the iterator.
  this.catch(() => undefined);
  const stream = this.then(requireStream);
  stream.catch(() => undefined);
  return {
    next: async (...args) => (await stream)[Symbol.asyncIterator]().next(...args),
    return: async (value) => (await stream).return(await value),
    throw: async (error) => (await stream).throw(error),
  };
}

/**
 * What a call gives whose function is not known to be a generator: a promise that can be iterated,
 * too. Between `Promise.prototype` and the promise, so that `await` takes it for the native promise
 * that it is.
 */
const callPromisePrototype = Object.create(Promise.prototype, {
  [Symbol.asyncIterator]: { value: iterateCall },
}) as object;

function requireStream(value: unknown): RemoteStream {
  if (value instanceof RemoteStream) return value;
  throw new TypeError("The function did not return an iterator, so its result cannot be iterated.");
}
