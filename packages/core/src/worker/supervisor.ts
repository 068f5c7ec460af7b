import type { ControlMessage } from "../protocol/control.js";
import type { ErrorFrame, ExecutionDetail, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { CallClock, type ClockEvents } from "./call-clock.js";
import {
  cancelled,
  currentOf,
  failureFrame,
  isLast,
  timedOut,
  type Current,
  type Idle,
  type SupervisedCall,
  type Turn,
  type TurnAhead,
} from "./call-turn.js";
import { CallsAhead, type CallAhead } from "./calls-ahead.js";
import type { Isolate, IsolateExit, StartIsolate } from "./isolate.js";
import { failureOfEnd, type EndAdvice, type Verdict } from "./isolate-end.js";
import { messageFault, type FromIsolate } from "./isolate-messages.js";
import { LEASE, machineTime } from "./lease.js";
import { TurnTimer } from "./turn-timer.js";

/** Milliseconds that a cancelled stream has for its `finally` blocks before its worker is ended. */
const CANCEL_GRACE = 1000;

/** Added where a call was given up that nothing can end. */
const GOES_ON =
  "; it goes on, since nothing can end a call that runs in the calling process (isolation: 'inline', childProcess: false)";

export interface SupervisorOptions extends EndAdvice {
  readonly start: StartIsolate;
  /** Milliseconds that the isolate may take to load the user's module. */
  readonly startupTime: number;
  /** What is told of a call's execution, given the isolate's id. */
  readonly describe: (request: EncodedCall, isolateId: string) => ExecutionDetail;
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
  /** The isolate is to end as soon as it has no further calls: the one that it has then fails. */
  private condemned: Verdict | undefined;
  private readonly timer = new TurnTimer();
  private closed = false;
  private closing: (() => void)[] = [];
  /** A call that came while the isolate was ending. */
  private waiting: Turn | undefined;
  private readonly clockEvents: ClockEvents = {
    expired: (clock) => this.onExpired(clock),
    paused: (paused) => this.isolate?.setBusy(!paused),
  };
  private readonly ahead = new CallsAhead<TurnAhead>(() => this.finishEnd());

  constructor(options: SupervisorOptions) {
    this.options = options;
  }

  /** Whether the user's module is loaded. */
  get isReady(): boolean {
    return this.ready;
  }

  /** Runs a call. */
  run(call: SupervisedCall, idle: Idle): void {
    if (this.current !== undefined || this.waiting !== undefined) {
      throw new Error("This worker is busy with another call.");
    }
    if (this.isolate !== undefined && (this.doomed || this.condemned !== undefined)) {
      // It is about to end: the call gets the next one.
      this.waiting = { call, idle };
      return;
    }
    this.begin({ call, idle });
  }

  /**
   * Sends a call to the isolate while another runs there, which is expected to end at once: see `LEASE`.
   * It should be no stream, and small. The result is false if that cannot be done now.
   *
   * @param returned - told, instead of `idle`, if the isolate could not begin it in time: it has not seen
   * anything of it.
   */
  runAhead(call: SupervisedCall, idle: Idle, returned: () => void): boolean {
    const { current, isolate } = this;
    if (isolate === undefined || !this.ready || this.closed || this.timer.isSuspended) return false;
    if (current === undefined || current.streaming || current.cancelled) return false;
    if (this.doomed || this.condemned !== undefined) return false;
    const startBy = machineTime() + LEASE;
    this.ahead.push({ call, idle, returned, startBy, early: [], cancelled: false });
    call.onControl((message) => this.control(call, message));
    isolate.send({ type: "call", request: call.request, startBy });
    return true;
  }

  /** Ends the isolate; a call under way fails. Resolves when it has ended. */
  async close(): Promise<void> {
    this.closed = true;
    const { isolate } = this;
    if (isolate === undefined) return;
    await new Promise<void>((resolve) => {
      this.closing.push(resolve);
      if (this.current === undefined) isolate.stop();
      else this.condemn({ code: "cancelled", message: "the worker was closed" });
    });
  }

  /** Ends the isolate now, without waiting for anything. */
  kill(): void {
    this.isolate?.kill();
  }

  /** Ends the isolate for what only its owner can see; a call under way fails with that verdict. */
  condemn(verdict: Verdict): void {
    if (this.isolate === undefined) return;
    this.condemned ??= verdict;
    this.finishEnd();
  }

  /** The isolate takes no further call: it ends now, or with the call at hand. */
  retire(): void {
    if (this.isolate === undefined) return;
    this.spent = true;
    if (this.current === undefined) this.isolate.kill();
  }

  /** Time-outs stand still, as while a debugger may hold the call; or they go on. */
  suspendTimeouts(suspended: boolean): void {
    if (suspended === this.timer.isSuspended) return;
    this.current?.clock?.suspend(suspended);
    this.timer.suspend(suspended);
  }

  /** The isolate has announced its end, or has been given it. */
  private get doomed(): boolean {
    return this.spent || (this.verdict ?? this.importFailure ?? this.uncaught) !== undefined;
  }

  private begin({ call, idle }: Turn): void {
    let isolate: Isolate;
    try {
      if (this.closed) throw new Error("the worker was closed");
      isolate = this.isolate ??= this.start();
    } catch (error) {
      return this.refuse(call, idle, error);
    }
    isolate.setBusy(true);
    const current = this.enter({ call, idle }, isolate);
    call.onControl((message) => this.control(call, message));
    if (this.ready) return this.dispatch(current);
    const seconds = this.options.startupTime / 1000;
    const verdict: Verdict = {
      code: "import",
      message: `the module was not loaded within ${seconds} s: does its top level wait for something?`,
    };
    this.timer.armTimeout(this.options.startupTime, this.ending(verdict));
  }

  private enter(turn: Turn, { id }: Isolate, lease?: CallAhead): Current {
    const execution = this.describe(turn.call.request, id);
    return (this.current = currentOf(turn, execution, lease));
  }

  /** It is the turn of the call that was sent next, if there is one: the isolate begins it by itself. */
  private enterNext(): void {
    this.current = undefined;
    const { isolate } = this;
    // An isolate about to end is not to be taken for the one that has the call.
    const next = isolate === undefined || this.doomed ? undefined : this.ahead.shift();
    if (next === undefined || isolate === undefined) return;
    const current = this.enter(next, isolate, next);
    this.attend(current);
    for (const message of next.early) this.pass(current, message);
    current.early = undefined;
    // It is over within a moment; ending the isolate would cost more.
    if (next.cancelled) this.cancelLater(current);
  }

  /** The isolate could not even be started. */
  private refuse(call: SupervisedCall, idle: Idle, error: unknown): void {
    const { request } = call;
    const reason = error instanceof Error ? error.message : String(error);
    idle(undefined);
    call.receive({
      type: "error",
      origin: "runtime",
      code: this.closed ? "cancelled" : "exit",
      message: `the worker could not be started: ${reason}`,
      call: request.call,
      attempt: request.attempt,
      item: 0,
      sequence: 0,
      execution: this.describe(request, "none"),
    });
  }

  private start(): Isolate {
    this.ready = false;
    this.spent = false;
    this.importFailure = undefined;
    this.uncaught = undefined;
    this.verdict = undefined;
    this.condemned = undefined;
    return this.options.start({
      message: (message) => this.onMessage(message),
      exit: (exit) => this.onIsolateExit(exit),
    });
  }

  private dispatch(current: Current): void {
    this.attend(current);
    this.isolate?.send({ type: "call", request: current.call.request });
    const { early = [] } = current;
    current.early = undefined;
    for (const message of early) this.pass(current, message);
  }

  /** The call is running from now on: so does its time. */
  private attend(current: Current): void {
    const { platformTimeout, request } = current.call;
    this.timer.disarm();
    if (platformTimeout !== undefined) {
      const verdict = timedOut("the platform allows no more time for the call");
      this.timer.armTimeout(platformTimeout, this.ending(verdict));
    }
    const clock = (current.clock = new CallClock(
      request,
      this.clockEvents,
      this.timer.isSuspended,
    ));
    clock.start();
  }

  private onExpired(clock: CallClock): void {
    const { current } = this;
    if (current?.clock !== clock) return;
    const seconds = current.call.request.timeout / 1000;
    const goesOn = this.isolate?.goesOn === true ? GOES_ON : "";
    this.end(timedOut(`the call ran longer than its time-out of ${seconds} s${goesOn}`));
  }

  private pass(current: Current, message: ControlMessage): void {
    current.clock?.control(message);
    this.isolate?.send({ type: "control", message });
  }

  private control(call: SupervisedCall, message: ControlMessage): void {
    const { current } = this;
    if (current?.call !== call) {
      const ahead = this.ahead.find((each) => each.call === call);
      if (message.type !== "cancel") ahead?.early.push(message);
      else if (ahead !== undefined) ahead.cancelled = true;
      return;
    }
    if (message.type !== "cancel") {
      if (current.early !== undefined) current.early.push(message);
      else this.pass(current, message);
      return;
    }
    if (!current.streaming) {
      current.cancelled = true;
      current.clock?.stop();
      return this.end(cancelled);
    }
    this.isolate?.send({ type: "control", message });
    this.cancelLater(current);
  }

  /** Nobody waits for the call any more, but it may come to an end by itself. */
  private cancelLater(current: Current): void {
    current.cancelled = true;
    current.clock?.stop();
    this.timer.arm(CANCEL_GRACE, this.ending(cancelled));
  }

  private onMessage(message: FromIsolate): void {
    // What runs there is the user's: it may have found the channel.
    const fault = messageFault(message);
    if (fault !== undefined) {
      this.verdict ??= {
        code: "exit",
        message: `the worker sent what it should not: ${fault}`,
      };
      return this.kill();
    }
    switch (message.type) {
      case "ready":
        if (this.ready) return; // said before: it may be the user's code that says it now
        this.ready = true;
        if (this.current !== undefined) this.dispatch(this.current);
        return;
      case "frame":
        return this.onFrame(message.frame);
      case "returned":
        return this.onReturned(message.startBy);
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
    const { current, verdict } = this;
    if (current === undefined) return;
    const { request } = current.call;
    if (frame.call !== request.call || frame.attempt !== request.attempt) return;
    if (verdict !== undefined && isLast(frame)) {
      // Once it is to be ended, nothing but its end settles the call.
      if (this.ahead.length === 0) return;
      // But it has begun the next one.
      this.verdict = undefined;
      return this.settle(current, failureFrame(current, { ...verdict }));
    }
    current.sequence = frame.sequence + 1;
    if (!isLast(frame) && !current.cancelled) current.clock?.frame(frame);
    if (frame.type === "yield") return current.call.receive(frame);
    if (frame.type === "started") {
      current.streaming = true;
      return current.call.receive({ ...frame, execution: current.execution });
    }
    this.settle(current, frame);
  }

  private describe(request: EncodedCall, isolateId: string): ExecutionDetail {
    const execution = this.options.describe(request, isolateId);
    return request.way === undefined
      ? execution
      : { ...execution, route: { request: request.way } };
  }

  /** A call that was sent ahead had its turn, but too late. */
  private onReturned(startBy: number): void {
    const { current } = this;
    // What is no longer here has been returned already, and may even be here again.
    if (current?.lease?.startBy !== startBy) return;
    // Whatever it was to be ended for does not run there; unless it is being ended already.
    if (this.ahead.length > 0) this.verdict = undefined;
    this.leave(current);
    current.lease.returned();
  }

  /** Hands the last frame on; the worker is free before the caller learns of it. */
  private settle(current: Current, frame: Frame): void {
    this.leave(current);
    const timing = frame.type === "result" || frame.type === "error" ? frame.timing : undefined;
    current.idle(timing?.executionTime);
    // It is nobody else's: a copy of it would only take time.
    (frame as { execution?: ExecutionDetail }).execution = current.execution;
    current.call.receive(frame);
  }

  /** The isolate is done with the call. */
  private leave(current: Current): void {
    this.timer.disarm();
    current.clock?.stop();
    this.enterNext();
    if (this.current !== undefined) return this.finishEnd();
    this.isolate?.setBusy(false);
    if (this.spent || this.condemned !== undefined) this.isolate?.kill();
  }

  /** Ends the isolate, if the call at hand is not over by then. */
  private ending(verdict: Verdict): () => void {
    const { current } = this;
    return () => {
      if (this.current === current) this.end(verdict);
    };
  }

  private end(verdict: Verdict): void {
    this.verdict ??= verdict;
    this.finishEnd();
  }

  /** Not while the isolate may have begun another call, which would be ended along with this one. */
  private finishEnd(): void {
    if (this.ahead.length > 0) return;
    if (this.current !== undefined) this.verdict ??= this.condemned;
    if ((this.verdict ?? this.condemned) !== undefined) this.isolate?.kill();
  }

  private onIsolateExit(exit: IsolateExit): void {
    this.timer.disarm();
    const { current } = this;
    this.isolate = undefined;
    this.ready = false;
    if (current !== undefined) this.settle(current, this.exitFrame(current, exit));
    this.ahead.returnAll();
    const { closing, waiting } = this;
    this.closing = [];
    this.waiting = undefined;
    for (const resolve of closing) resolve();
    if (waiting !== undefined) this.begin(waiting);
  }

  private exitFrame(current: Current, exit: IsolateExit): ErrorFrame {
    const { importFailure, uncaught, verdict } = this;
    const loading = current.early !== undefined;
    const end = { exit, verdict, importFailure, uncaught, loading };
    return failureFrame(current, failureOfEnd(end, this.options));
  }
}
