import type {
  ErrorFrame,
  ExecutionDetail,
  Frame,
  ResultFrame,
  StartedFrame,
  YieldFrame,
} from "../protocol/frames.js";
import { FaastCancelledError } from "../errors.js";
import type { Deployment } from "../provider/contract.js";
import type { StatsRecorder } from "../stats/stats-recorder.js";
import type { Waiting } from "./admission.js";
import { Attempt, type ControlBody } from "./attempt.js";
import { backoffDelay } from "./backoff.js";
import type { CallSite } from "./call-site.js";
import { armTimer } from "../timer.js";
import { failureOfFrame, isTransient, localFailure, type Failure } from "./failure.js";
import type { CallSettings } from "./call-settings.js";

/** Milliseconds beyond everything the worker may take, before the engine gives a call up for lost. */
const DEADLINE_GRACE = 5000;

/** What a call needs to know of the engine that carries it. */
export interface CallContext {
  readonly deployment: Deployment;
  readonly stats: StatsRecorder;
  /** Whether results that cannot travel unaltered are refused. */
  readonly validate: boolean;
  nextCallId(): string;
  /** Takes the next turn under `rate` for a further attempt: milliseconds to wait for it. */
  reserveStart(): number;
  /** The call is settled and gives its places back. */
  finished(task: CallTask, places: number): void;
}

/** What a call is made of, before it is numbered. */
export interface CallSpec {
  readonly functionName: string;
  readonly args: Uint8Array;
  readonly settings: CallSettings;
  readonly callSite: CallSite | undefined;
  /** The function is known to be a stream. */
  readonly stream: boolean;
  /** Items that a stream may send at first. */
  readonly credit: number;
}

/** Where the events of a call go: to a promise or to a stream. */
export interface CallOutlet {
  /** The call is a stream, and waits; or it has begun a step. */
  started(task: CallTask, frame: StartedFrame): void;
  item(frame: YieldFrame, execution: ExecutionDetail | undefined): void;
  result(frame: ResultFrame, execution: ExecutionDetail | undefined): void;
  /** @param frame - the frame that told it, if one did. */
  failed(thrown: unknown, frame: ErrorFrame | undefined): void;
  /** Whether the caller has seen nothing of the call yet, so that another attempt may begin anew. */
  readonly untouched: boolean;
}

/** One call from its submission to its outcome: waiting, attempts, retries, deadline, cancellation. */
export class CallTask implements Waiting {
  readonly id: string;
  readonly spec: CallSpec;
  outlet: CallOutlet;
  abandoned = false;
  private readonly context: CallContext;
  private readonly calledAt = Date.now();
  /** Attempts under way: one, or two while a straggler has a duplicate. */
  private attempts: Attempt[] = [];
  private nextAttempt = 0;
  private admitted = false;
  private extraPlaces = 0;
  private settled = false;
  private retries = 0;
  /** What was sent up before the caller had any answer: another attempt is told it again. */
  private replay: ControlBody[] = [];
  private disarm: () => void = () => undefined;

  constructor(context: CallContext, spec: CallSpec, outlet: CallOutlet) {
    this.context = context;
    this.spec = spec;
    this.outlet = outlet;
    this.id = context.nextCallId();
    context.stats.invoked(spec.functionName);
  }

  get priority(): number {
    return this.spec.settings.priority;
  }

  /** Milliseconds since the only attempt was dispatched; undefined if none or several are under way. */
  get runningFor(): number | undefined {
    const [attempt, second] = this.attempts;
    return attempt === undefined || second !== undefined
      ? undefined
      : Date.now() - attempt.dispatchedAt;
  }

  admit(): void {
    this.admitted = true;
    this.startAttempt();
  }

  /** Runs the call a second time, in a place that the caller has taken; the first outcome counts. */
  duplicate(): void {
    this.extraPlaces++;
    this.context.stats.retried(this.spec.functionName);
    this.startAttempt();
  }

  /** Whether it has left the queue. */
  get isAdmitted(): boolean {
    return this.admitted;
  }

  /** Sends a control message to the attempt under way, or to the next one. */
  control(body: ControlBody): void {
    if (this.outlet.untouched) this.replay.push(body);
    else this.replay = [];
    this.attempts[0]?.send(body);
  }

  /** Ends the call here and now with `FaastCancelledError`, and remotely where that is possible. */
  cancel(reason: string, cause?: unknown): void {
    if (this.settled) return;
    const { functionName } = this.spec;
    // Without a stack: there may be a million of them, and none has a place in the caller's code.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const error = new FaastCancelledError(`${functionName}: ${reason}`, {
      functionName,
      ...(cause === undefined ? {} : { cause }),
    });
    Error.stackTraceLimit = limit;
    this.finish(() => this.outlet.failed(error, undefined), false);
  }

  /** Does nothing more, and tells nobody: the process is about to end. `cancel` still settles it. */
  freeze(): void {
    this.abandoned = true;
    this.disarm();
    const attempts = this.attempts;
    this.attempts = [];
    for (const attempt of attempts) attempt.giveUp();
  }

  /** The caller of a stream wants no more: like `cancel`, but it is no failure. */
  drop(): void {
    if (!this.settled) this.finish(() => undefined, undefined);
  }

  private startAttempt(): void {
    const { functionName, args, stream, credit, settings } = this.spec;
    const attempt = new Attempt(
      {
        call: this.id,
        attempt: this.nextAttempt++,
        functionName,
        args,
        timeout: settings.timeout,
        stream,
        credit,
        validate: this.context.validate,
      },
      this.onFrame,
    );
    this.attempts.push(attempt);
    this.armDeadline();
    for (const body of this.replay) attempt.send(body);
    try {
      this.context.deployment.invoke(attempt).catch((error: unknown) => this.lost(attempt, error));
    } catch (error) {
      this.lost(attempt, error);
    }
  }

  private readonly onFrame = (attempt: Attempt, frame: Frame): void => {
    if (this.settled) return;
    switch (frame.type) {
      case "started":
        this.keepOnly(attempt);
        return this.outlet.started(this, frame);
      case "yield":
        return this.outlet.item(frame, attempt.execution);
      case "result":
        return this.succeed(attempt, frame);
      case "error":
        return this.fail(attempt, failureOfFrame(frame, this.describe(attempt)), frame);
    }
  };

  private succeed(attempt: Attempt, frame: ResultFrame): void {
    const settled = Date.now();
    this.context.stats.completed(
      this.spec.functionName,
      { called: this.calledAt, dispatched: attempt.dispatchedAt, settled },
      frame.timing,
    );
    attempt.end();
    this.finish(() => this.outlet.result(frame, attempt.execution), true);
  }

  private lost(attempt: Attempt, error: unknown): void {
    if (this.settled || !this.attempts.includes(attempt)) return;
    const reason = error instanceof Error ? error.message : String(error);
    const description = { ...this.describe(attempt), cause: error };
    this.fail(
      attempt,
      localFailure("lost", `the call could not be delivered: ${reason}`, description),
    );
  }

  private fail(attempt: Attempt, failure: Failure, frame?: ErrorFrame): void {
    attempt.end();
    this.attempts = this.attempts.filter((each) => each !== attempt);
    // The other attempt of a straggler may still succeed.
    if (this.attempts.length > 0 && isTransient(failure)) return;
    const { request } = attempt;
    let again: boolean;
    try {
      again = this.shouldRetry(failure, request.attempt);
    } catch (error) {
      // The decision is the caller's own code.
      this.finish(() => this.outlet.failed(error, undefined), false);
      return;
    }
    if (!again) {
      this.finish(() => this.outlet.failed(failure.thrown, frame), false);
      return;
    }
    const delay = backoffDelay(this.retries++);
    this.context.stats.retried(this.spec.functionName);
    this.disarm();
    this.disarm = armTimer(delay, () => {
      const wait = this.context.reserveStart();
      if (wait === 0) this.startAttempt();
      else this.disarm = armTimer(wait, () => this.startAttempt());
    });
  }

  private shouldRetry(failure: Failure, attempt: number): boolean {
    const { retry, maxRetries } = this.spec.settings;
    if (!this.outlet.untouched || failure.code === "cancelled") return false;
    if (isTransient(failure) && this.retries < maxRetries) return true;
    if (typeof retry === "function") return retry(failure.thrown, attempt);
    return retry !== undefined && this.retries < retry;
  }

  /** The attempt has become a stream: there can be but one. */
  private keepOnly(attempt: Attempt): void {
    for (const each of this.attempts) if (each !== attempt) each.giveUp();
    this.attempts = [attempt];
  }

  private armDeadline(): void {
    this.disarm();
    const { timeout } = this.spec.settings;
    const allowed = timeout + this.context.deployment.limits.startupTime + DEADLINE_GRACE;
    this.disarm = armTimer(allowed, () => this.expire(timeout));
  }

  private expire(timeout: number): void {
    const [attempt] = this.attempts;
    if (attempt === undefined) return;
    const failure = localFailure(
      "timeout",
      `nothing was heard of the call within its time-out of ${timeout / 1000} s`,
      this.describe(attempt),
    );
    this.finish(() => this.outlet.failed(failure.thrown, undefined), false);
  }

  /** @param success - undefined if the outcome is neither. */
  private finish(tell: () => void, success: boolean | undefined): void {
    this.settled = true;
    this.abandoned = true;
    this.disarm();
    const attempts = this.attempts;
    this.attempts = [];
    for (const attempt of attempts) attempt.giveUp();
    if (success === false) this.context.stats.failed(this.spec.functionName);
    try {
      tell();
    } finally {
      this.context.finished(this, this.admitted ? 1 + this.extraPlaces : 0);
    }
  }

  private describe(attempt: Attempt) {
    const { functionName, callSite } = this.spec;
    const { execution } = attempt;
    const logUrl = execution?.logUrl ?? this.context.deployment.logUrl(execution);
    return { functionName, attempt: attempt.request.attempt, logUrl, callSite };
  }
}
