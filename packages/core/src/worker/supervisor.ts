import type { ControlMessage } from "../protocol/control.js";
import type { ErrorFrame, ExecutionDetail, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { armTimer } from "../timer.js";
import { CallClock } from "./call-clock.js";
import type { Isolate, IsolateExit, StartIsolate } from "./isolate.js";
import { failureOfEnd, type EndAdvice, type Verdict } from "./isolate-end.js";
import { messageFault, type FromIsolate } from "./isolate-messages.js";

/** Milliseconds that a cancelled stream has for its `finally` blocks before its worker is ended. */
const CANCEL_GRACE = 1000;

/** Added where a call was given up that nothing can end. */
const GOES_ON =
  "; it goes on, since nothing can end a call that runs in the calling process (isolation: 'inline', childProcess: false)";

/** One attempt of a call, as the supervisor sees it. */
export interface SupervisedCall {
  readonly request: EncodedCall;
  /**
   * Milliseconds, from when the module is loaded, after which the platform ends whatever runs. They do
   * not stop while a stream waits for its reader. Default: none.
   */
  readonly platformTimeout?: number;
  receive(frame: Frame): void;
  onControl(listener: (message: ControlMessage) => void): void;
}

export interface SupervisorOptions extends EndAdvice {
  readonly start: StartIsolate;
  /** Milliseconds that the isolate may take to load the user's module. */
  readonly startupTime: number;
  /** What is told of a call's execution, given the isolate's id. */
  readonly describe: (request: EncodedCall, isolateId: string) => ExecutionDetail;
}

interface Current {
  readonly call: SupervisedCall;
  readonly execution: ExecutionDetail;
  readonly idle: () => void;
  streaming: boolean;
  cancelled: boolean;
  /** Runs while the function does. */
  clock: CallClock | undefined;
  /** Control messages that came before the call could be sent; undefined once it is. */
  early: ControlMessage[] | undefined;
  /** Sequence of the next frame. */
  sequence: number;
}

/**
 * Runs calls, one at a time, in an isolate that it starts when needed, and turns every end of the
 * isolate into a frame: exit, signal, exhausted heap, time-out, an exception between calls.
 */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private isolate: Isolate | undefined;
  private ready = false;
  /** The isolate is to take no further call. */
  private spent = false;
  private importFailure: (FromIsolate & { type: "import-failed" }) | undefined;
  private uncaught: (FromIsolate & { type: "uncaught" }) | undefined;
  private current: Current | undefined;
  private verdict: Verdict | undefined;
  private disarm: () => void = () => undefined;
  /** Time-outs stand still. */
  private suspended = false;
  /** Arms the time-out of the isolate, as of now, again. */
  private rearm: (() => void) | undefined;
  private closed = false;
  private closing: (() => void)[] = [];
  /** A call that came while the isolate was ending. */
  private waiting: { readonly call: SupervisedCall; readonly idle: () => void } | undefined;

  constructor(options: SupervisorOptions) {
    this.options = options;
  }

  /**
   * Runs a call.
   *
   * @param idle - told once, when the worker can take another call: just before the last frame goes
   * to the call, so that whoever is called next finds it free.
   */
  run(call: SupervisedCall, idle: () => void): void {
    if (this.current !== undefined || this.waiting !== undefined) {
      throw new Error("This worker is busy with another call.");
    }
    if (this.isolate !== undefined && this.doomed) {
      // It is about to end: the call gets the next one.
      this.waiting = { call, idle };
      return;
    }
    this.begin(call, idle);
  }

  /** Ends the isolate; a call under way fails. Resolves when it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    const { isolate } = this;
    if (isolate === undefined) return;
    await new Promise<void>((resolve) => {
      this.closing.push(resolve);
      if (this.current === undefined) isolate.stop();
      else this.end({ code: "cancelled", message: "the worker was closed" });
    });
  }

  /** Ends the isolate now, without waiting for anything. */
  kill(): void {
    this.isolate?.kill();
  }

  /** Ends the isolate for what only its owner can see; a call under way fails with that verdict. */
  condemn(verdict: Verdict): void {
    if (this.isolate !== undefined) this.end(verdict);
  }

  /** The isolate takes no further call: it ends now, or with the call at hand. */
  retire(): void {
    if (this.isolate === undefined) return;
    this.spent = true;
    if (this.current === undefined) this.isolate.kill();
  }

  /** Time-outs stand still, as while a debugger may hold the call; or they go on. */
  suspendTimeouts(suspended: boolean): void {
    if (suspended === this.suspended) return;
    this.suspended = suspended;
    this.current?.clock?.suspend(suspended);
    this.rearm?.();
  }

  /** The isolate has announced its end, or has been given it. */
  private get doomed(): boolean {
    return this.spent || (this.verdict ?? this.importFailure ?? this.uncaught) !== undefined;
  }

  private begin(call: SupervisedCall, idle: () => void): void {
    let isolate: Isolate;
    try {
      if (this.closed) throw new Error("the worker was closed");
      isolate = this.isolate ??= this.start();
    } catch (error) {
      return this.refuse(call, idle, error);
    }
    isolate.setBusy(true);
    const execution = this.options.describe(call.request, isolate.id);
    const current: Current = {
      call,
      execution,
      idle,
      streaming: false,
      cancelled: false,
      clock: undefined,
      early: [],
      sequence: 0,
    };
    this.current = current;
    call.onControl((message) => this.control(call, message));
    if (this.ready) return this.dispatch(current);
    const seconds = this.options.startupTime / 1000;
    this.armTimeout(this.options.startupTime, {
      code: "import",
      message: `the module was not loaded within ${seconds} s: does its top level wait for something?`,
    });
  }

  /** The isolate could not even be started. */
  private refuse(call: SupervisedCall, idle: () => void, error: unknown): void {
    const { request } = call;
    const reason = error instanceof Error ? error.message : String(error);
    idle();
    call.receive({
      type: "error",
      origin: "runtime",
      code: this.closed ? "cancelled" : "exit",
      message: `the worker could not be started: ${reason}`,
      call: request.call,
      attempt: request.attempt,
      item: 0,
      sequence: 0,
      execution: this.options.describe(request, "none"),
    });
  }

  private start(): Isolate {
    this.ready = false;
    this.spent = false;
    this.importFailure = undefined;
    this.uncaught = undefined;
    this.verdict = undefined;
    return this.options.start({
      message: (message) => this.onMessage(message),
      exit: (exit) => this.onIsolateExit(exit),
    });
  }

  private dispatch(current: Current): void {
    const { platformTimeout, request } = current.call;
    this.disarm();
    if (platformTimeout !== undefined) {
      this.armTimeout(platformTimeout, timedOut("the platform allows no more time for the call"));
    }
    const seconds = request.timeout / 1000;
    const events = {
      expired: () => {
        const goesOn = this.isolate?.goesOn === true ? GOES_ON : "";
        const message = `the call ran longer than its time-out of ${seconds} s${goesOn}`;
        if (this.current === current) this.end(timedOut(message));
      },
      paused: (paused: boolean) => this.isolate?.setBusy(!paused),
    };
    const clock = (current.clock = new CallClock(request, events, this.suspended));
    clock.start();
    this.isolate?.send({ type: "call", request });
    const { early = [] } = current;
    current.early = undefined;
    for (const message of early) this.pass(current, message);
  }

  private pass(current: Current, message: ControlMessage): void {
    current.clock?.control(message);
    this.isolate?.send({ type: "control", message });
  }

  private control(call: SupervisedCall, message: ControlMessage): void {
    const { current } = this;
    if (current?.call !== call) return;
    if (message.type !== "cancel") {
      if (current.early !== undefined) current.early.push(message);
      else this.pass(current, message);
      return;
    }
    const verdict: Verdict = { code: "cancelled", message: "the call was cancelled" };
    current.cancelled = true;
    current.clock?.stop();
    if (!current.streaming) return this.end(verdict);
    this.isolate?.send({ type: "control", message });
    this.arm(CANCEL_GRACE, verdict);
  }

  private onMessage(message: FromIsolate): void {
    // What runs there is the user's: it may have found the channel.
    const fault = messageFault(message);
    if (fault !== undefined) {
      return this.end({ code: "exit", message: `the worker sent what it should not: ${fault}` });
    }
    switch (message.type) {
      case "ready":
        if (this.ready) return; // said before: it may be the user's code that says it now
        this.ready = true;
        if (this.current !== undefined) this.dispatch(this.current);
        return;
      case "frame":
        return this.onFrame(message.frame);
      case "spent":
        this.spent = true;
        if (this.current === undefined) this.isolate?.kill();
        return;
      case "import-failed":
        this.importFailure = message;
        return;
      case "uncaught":
        this.uncaught = message;
        return;
    }
  }

  private onFrame(frame: Frame): void {
    const { current } = this;
    // Once it is to be ended, nothing but its end settles the call.
    if (current === undefined || (this.verdict !== undefined && isLast(frame))) return;
    const { request } = current.call;
    if (frame.call !== request.call || frame.attempt !== request.attempt) return;
    current.sequence = frame.sequence + 1;
    if (!isLast(frame) && !current.cancelled) current.clock?.frame(frame);
    if (frame.type === "yield") return current.call.receive(frame);
    if (frame.type === "started") {
      current.streaming = true;
      return current.call.receive({ ...frame, execution: current.execution });
    }
    this.settle(current, frame);
  }

  /** Hands the last frame on; the worker is free before the caller learns of it. */
  private settle(current: Current, frame: Frame): void {
    this.disarm();
    current.clock?.stop();
    this.current = undefined;
    this.isolate?.setBusy(false);
    if (this.spent) this.isolate?.kill();
    current.idle();
    // It is nobody else's: a copy of it would only take time.
    (frame as { execution?: ExecutionDetail }).execution = current.execution;
    current.call.receive(frame);
  }

  /** Ends the isolate after a while, if the call at hand is not over by then. */
  private arm(delay: number, verdict: Verdict): void {
    this.disarm();
    const { current } = this;
    const cancel = armTimer(delay, () => {
      if (this.current === current) this.end(verdict);
    });
    this.disarm = () => {
      cancel();
      this.rearm = undefined;
    };
  }

  /** The same, but it stands still where time-outs do. */
  private armTimeout(delay: number, verdict: Verdict): void {
    if (this.suspended) {
      this.disarm();
      this.disarm = () => (this.rearm = undefined);
    } else {
      this.arm(delay, verdict);
    }
    this.rearm = () => this.armTimeout(delay, verdict);
  }

  private end(verdict: Verdict): void {
    this.verdict ??= verdict;
    this.isolate?.kill();
  }

  private onIsolateExit(exit: IsolateExit): void {
    this.disarm();
    const { current } = this;
    this.isolate = undefined;
    this.ready = false;
    if (current !== undefined) this.settle(current, this.exitFrame(current, exit));
    const { closing, waiting } = this;
    this.closing = [];
    this.waiting = undefined;
    for (const resolve of closing) resolve();
    if (waiting !== undefined) this.begin(waiting.call, waiting.idle);
  }

  private exitFrame(current: Current, exit: IsolateExit): ErrorFrame {
    const { call, attempt } = current.call.request;
    const { importFailure, uncaught, verdict } = this;
    const loading = current.early !== undefined;
    return {
      type: "error",
      origin: "runtime",
      call,
      attempt,
      item: 0,
      sequence: current.sequence,
      ...failureOfEnd({ exit, verdict, importFailure, uncaught, loading }, this.options),
    };
  }
}

function timedOut(message: string): Verdict {
  return { code: "timeout", message };
}

function isLast(frame: Frame): boolean {
  return frame.type === "result" || frame.type === "error";
}
