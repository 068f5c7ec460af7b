import { FaastError } from "../errors.js";
import type {
  ErrorFrame,
  ExecutionDetail,
  ResultFrame,
  StartedFrame,
  YieldFrame,
} from "../protocol/frames.js";
import { hush, isCancellation } from "./cancellation.js";
import { decodeFrom, encodeFor } from "./encoding.js";
import type { CallOutlet, CallTask } from "./call-task.js";
import type { Present } from "./detail.js";
import { AttachmentList } from "../wire/index.js";

/**
 * Milliseconds that `return()` waits for a remote generator that is busy with an item fetched ahead. One
 * that has not begun to end by then is given up, so that a `break` never hangs.
 */
const RETURN_GRACE = 5000;

/** A call of `next`, `throw` or `return` that has no answer yet. */
interface Pending {
  readonly kind: StepKind;
  readonly value: unknown;
  readonly promise: Promise<IteratorResult<unknown>>;
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (reason: unknown) => void;
}

type StepKind = "next" | "throw" | "return";

/** What has arrived and nobody has asked for yet. */
type Arrival =
  | { readonly kind: "item"; readonly value: unknown }
  | { readonly kind: "return"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown };

/**
 * How items are asked for. `step`: each `next(value)` goes to the remote generator, as if it were
 * here. `fetch`: items are fetched ahead, within the window, since nobody passes values in.
 */
type Mode = "step" | "fetch";

/** Starts the call of a stream with the given credit. */
export type StartStream = (stream: RemoteStream, credit: number) => CallTask | undefined;

/** The caller's end of a remote generator. Lazy: nothing runs before the first `next()`. */
export class RemoteStream implements AsyncGenerator<unknown, unknown, unknown>, CallOutlet {
  private readonly present: Present;
  private readonly start: StartStream | undefined;
  private task: CallTask | undefined;
  private mode: Mode = "step";
  /** Obtained by `for await` or its like, which pass no values: may fetch ahead once that is seen. */
  private iterated = false;
  private stepped = false;
  private adopted = false;
  /** Items received, wanted or not. */
  private answered = 0;
  private over = false;
  private stopGrace: () => void = () => undefined;
  private readonly pending: Pending[] = [];
  private arrivals: Arrival[] = [];
  /** Items granted on credit, over the whole stream. */
  private granted = 0;
  /** Items received on credit, over the whole stream. */
  private received = 0;
  /** Items on credit that are still of interest; later ones were fetched in vain. */
  private limit = Infinity;

  constructor(present: Present, start: StartStream | undefined) {
    this.present = present;
    this.start = start;
  }

  /** Makes a stream of a call that is under way and waits for credit. */
  static adopt(task: CallTask, present: Present): RemoteStream {
    const stream = new RemoteStream(present, undefined);
    stream.task = task;
    stream.adopted = true;
    return stream;
  }

  get untouched(): boolean {
    return this.answered === 0 && !this.adopted;
  }

  get awaiting(): boolean {
    return this.pending.length > 0 || (this.mode === "fetch" && this.granted > this.received);
  }

  get [Symbol.toStringTag](): string {
    return "AsyncGenerator";
  }

  [Symbol.asyncIterator](): this {
    this.iterated = true;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined);
  }

  next(...args: [] | [unknown]): Promise<IteratorResult<unknown>> {
    if (this.over) return this.answer();
    if (this.task === undefined) return this.begin(args[0]);
    if (this.mode === "step" && this.mayFetch(args.length)) this.mode = "fetch";
    if (this.mode === "fetch") {
      if (args[0] !== undefined) return Promise.reject(valueTooLate());
      const answer = this.answer();
      this.grant();
      return answer;
    }
    return this.step("next", args[0]);
  }

  throw(error: unknown): Promise<IteratorResult<unknown>> {
    if (this.task === undefined || this.over) {
      this.over = true;
      this.arrivals = [];
      return Promise.reject(error);
    }
    return this.step("throw", error);
  }

  return(value: unknown): Promise<IteratorResult<unknown>> {
    if (isThenable(value)) return Promise.resolve(value).then((given) => this.return(given));
    if (this.task === undefined || this.over) {
      this.over = true;
      this.arrivals = [];
      return Promise.resolve({ value, done: true });
    }
    if (!this.task.isAdmitted) {
      // It has not begun, so there is nothing to end over there.
      this.task.drop();
      this.endUnheard();
      return Promise.resolve({ value, done: true });
    }
    // Busy with an item that was fetched ahead, it may take its time to notice. One that waits for its
    // caller notices at once, and has all the time of the call for its `finally` blocks.
    const mayBeBusy = this.granted > this.received && !this.untouched;
    const answer = this.step("return", value);
    if (!mayBeBusy) return answer;
    const grace = setTimeout(() => {
      this.task?.drop();
      this.endUnheard();
    }, RETURN_GRACE);
    this.stopGrace = () => clearTimeout(grace);
    return answer.finally(this.stopGrace);
  }

  started(_task: CallTask, frame: StartedFrame): void {
    // It has begun to end: from here on, it takes the time that it needs.
    if (frame.control !== undefined) this.stopGrace();
  }

  item(frame: YieldFrame, execution: ExecutionDetail | undefined): void {
    this.answered++;
    if (frame.control === undefined && ++this.received > this.limit) return;
    const arrival = this.decoded("item", frame, execution);
    if (arrival.kind === "error") {
      // Nobody asks for more after an error: it must not stay open there.
      this.task?.drop();
      return this.end(arrival);
    }
    this.arrive(arrival);
    if (this.mode === "fetch") this.grant();
  }

  result(frame: ResultFrame, execution: ExecutionDetail | undefined): void {
    if (this.isInVain(frame)) this.endUnheard();
    else this.end(this.decoded("return", frame, execution));
  }

  failed(error: unknown, frame: ErrorFrame | undefined): void {
    // A cancelled stream has no use for what it fetched; any other failure comes after the items.
    if (isCancellation(error)) {
      this.arrivals = [];
      if (this.pending[0] !== undefined) hush(this.pending[0].promise);
    }
    const users = frame?.origin === "user";
    // Whoever waits for a `return` wanted no more: that the worker could not end in order is no news.
    const unheard = users ? this.isInVain(frame) : this.pending[0]?.kind === "return";
    if (unheard) this.endUnheard();
    else this.end({ kind: "error", error });
  }

  /** Whether an end was met by fetching ahead, beyond what is still of interest. */
  private isInVain({ control }: { readonly control?: number }): boolean {
    return control === undefined && this.received + 1 > this.limit;
  }

  private begin(value: unknown): Promise<IteratorResult<unknown>> {
    // A generator ignores the value of its first `next()`; other iterators may not.
    const credit = value === undefined ? 1 : 0;
    this.granted = credit;
    this.task = this.start?.(this, credit);
    return credit === 0 && !this.over ? this.step("next", value) : this.answer();
  }

  /** A second `next()` without an argument, from whoever iterates, tells that none pass values. */
  private mayFetch(argumentCount: number): boolean {
    return this.iterated && !this.stepped && argumentCount === 0 && this.granted > 0;
  }

  private step(kind: StepKind, value: unknown): Promise<IteratorResult<unknown>> {
    if (kind === "next" && value === undefined && this.granted === 0 && !this.stepped) {
      // The first item of an adopted stream.
      const answer = this.answer();
      this.granted = 1;
      this.task?.control({ type: "credit", items: 1 });
      return answer;
    }
    const attachments =
      kind !== "throw" && this.task?.sharesMemory === true ? new AttachmentList() : undefined;
    let encoded: Uint8Array;
    try {
      encoded = this.encode(kind, value, attachments);
    } catch (error) {
      // The value cannot travel: this step fails, the stream goes on as it was.
      return Promise.reject(error);
    }
    if (kind !== "next") this.leaveFetching();
    this.stepped = true;
    const answer = this.answer(kind, value);
    const after = Math.min(this.granted, this.limit);
    this.task?.control({ type: kind, value: encoded, attachments: attachments?.items, after });
    return answer;
  }

  private get functionName(): string {
    return this.task?.spec.functionName ?? "stream";
  }

  private encode(
    kind: StepKind,
    value: unknown,
    attachments: AttachmentList | undefined,
  ): Uint8Array {
    const lossyErrors = kind === "throw";
    return encodeFor(this.functionName, value, { root: kind, lossyErrors, attachments });
  }

  /** What was fetched ahead is of no interest after a `throw` or `return`. */
  private leaveFetching(): void {
    const buffered = this.arrivals.filter((arrival) => arrival.kind === "item").length;
    const consumed = Math.min(this.received, this.limit) - buffered;
    const waiting =
      this.mode === "fetch" ? this.pending.length : Math.max(0, this.granted - this.received);
    this.limit = Math.min(this.limit, consumed + waiting);
    this.arrivals = this.arrivals.filter((arrival) => arrival.kind !== "item");
    this.mode = "step";
    this.iterated = false;
  }

  /** Keeps the window full: in halves, so that not every item costs a message. */
  private grant(): void {
    const window = this.task?.spec.settings.streamWindow ?? 1;
    const underWay = this.granted - this.received;
    const ahead = underWay + this.arrivals.length - this.pending.length;
    if (this.over || ahead > window / 2) return;
    const items = window - ahead;
    this.granted += items;
    this.task?.control({ type: "credit", items });
  }

  private answer(
    kind: StepKind = "next",
    value: unknown = undefined,
  ): Promise<IteratorResult<unknown>> {
    const { promise, resolve, reject } = settleable<IteratorResult<unknown>>();
    this.pending.push({ kind, value, promise, resolve, reject });
    this.match();
    return promise;
  }

  private arrive(arrival: Arrival): void {
    this.arrivals.push(arrival);
    this.match();
  }

  private end(arrival: Arrival): void {
    if (this.over) return;
    this.over = true;
    this.arrive(arrival);
  }

  /** Ends it without a word of its own. */
  private endUnheard(): void {
    this.over = true;
    this.match();
  }

  /** Answers requests with arrivals, in order; after the end, as a generator that has ended does. */
  private match(): void {
    for (;;) {
      const [request] = this.pending;
      if (request === undefined) return;
      const arrival = this.arrivals[0];
      if (arrival === undefined && !this.over) return;
      this.pending.shift();
      this.arrivals.shift();
      if (arrival === undefined) answerEnded(request);
      else if (arrival.kind === "error") request.reject(arrival.error);
      else request.resolve({ value: arrival.value, done: arrival.kind === "return" });
    }
  }

  private decoded(
    kind: "item" | "return",
    { value: bytes, attachments }: YieldFrame | ResultFrame,
    execution: ExecutionDetail | undefined,
  ): Arrival {
    try {
      const value = decodeFrom(this.functionName, bytes, attachments);
      return { kind, value: this.present(value, execution) };
    } catch (error) {
      return { kind: "error", error };
    }
  }
}

function settleable<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

function answerEnded({ kind, value, resolve, reject }: Pending): void {
  if (kind === "throw") reject(value);
  else resolve({ value: kind === "return" ? value : undefined, done: true });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function valueTooLate(): FaastError {
  return new FaastError(
    "next(value) came after items were fetched ahead, so the value can reach no item any more. " +
      "Call next() on what the function returned, without for await, to pass values from the start.",
  );
}
