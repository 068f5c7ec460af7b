import type {
  ErrorFrame,
  ExecutionDetail,
  Frame,
  ResultFrame,
  StartedFrame,
  YieldFrame,
} from "../protocol/frames.js";
import { isQueued, queued, unqueued, type QueuedBytes } from "./queued-bytes.js";
import { FaastCancelledError } from "../errors.js";
import type { Deployment } from "../provider/contract.js";
import type { StatsRecorder } from "../stats/stats-recorder.js";
import type { Waiting } from "../flow/admission.js";
import { Attempt, type AttemptOwner, type ControlBody } from "./attempt.js";
import { log } from "../log.js";
import { armTimer } from "../timer.js";
import type { Attachment } from "../wire/index.js";
import { CallDeadline, type DeadlineTerms } from "./call-deadline.js";
import type { CallSite } from "./call-site.js";
import { failureOfFrame, isTransient, localFailure, type Failure } from "./failure.js";
import { RetryBudget } from "./retry-budget.js";
import type { CallSettings } from "./call-settings.js";

/** Milliseconds beyond everything the worker may take, before the engine gives a call up for lost. */
const DEADLINE_GRACE = 5000;

/** Shared by all calls that wait. */
const none: readonly Attempt[] = [];

/** Counted from here, times are small integers, which take less room than other numbers. */
const EPOCH = Date.now();

/** What a call needs to know of the engine that carries it. */
export interface CallContext {
  readonly deployment: Deployment;
  readonly stats: StatsRecorder;
  /** Whether results that cannot travel unaltered are refused. */
  readonly validate: boolean;
  nextCallId(): string;
  /** Takes the next turn under `rate` for a further attempt: milliseconds to wait for it. */
  reserveStart(): number;
  /** The call has left the queue. */
  admitted(task: CallTask): void;
  /** Puts the call into the queue again, at its head; false if there is a place for it. */
  takeBack(task: CallTask): boolean;
  /** Whether calls wait for a place while none is free. */
  readonly isPlaceWanted: boolean;
  /** The call, a stream, waits for its reader; or does so no more. */
  paused(task: CallTask, paused: boolean): void;
  /** The call is settled and gives its places back. */
  finished(task: CallTask, places: number): void;
}

/** What a call is made of, before it is numbered. */
export interface CallSpec {
  readonly functionName: string;
  args: Uint8Array | QueuedBytes;
  /** What goes along with the arguments as it is. */
  readonly attachments?: readonly Attachment[] | undefined;
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
  /** Whether anything is awaited of the call: false while a stream waits for its reader. */
  readonly awaiting: boolean;
}

/** One call from its submission to its outcome: waiting, attempts, retries, deadline, cancellation. */
export class CallTask implements Waiting, AttemptOwner, DeadlineTerms {
  readonly spec: CallSpec;
  outlet: CallOutlet;
  abandoned = false;
  private readonly context: CallContext;
  /** Milliseconds after `EPOCH`. */
  private readonly called = Date.now() - EPOCH;
  /** Attempts under way: one, or two while a straggler has a duplicate. */
  private attempts: readonly Attempt[] = none;
  private nextAttempt = 0;
  private admitted = false;
  private extraPlaces = 0;
  private paused = false;
  /** Something was heard of the attempt under way, so that its worker has started. */
  private hasBegun = false;
  private settled = false;
  // Made when they are needed: a million calls may wait.
  private budget: RetryBudget | undefined;
  private deadline: CallDeadline | undefined;
  /** What was sent up before the caller had any answer: another attempt is told it again. */
  private replay: ControlBody[] | undefined;
  /** Ends the pause before another attempt. */
  private disarm: (() => void) | undefined;
  private givenId: string | undefined;

  constructor(context: CallContext, spec: CallSpec, outlet: CallOutlet) {
    this.context = context;
    this.spec = spec;
    this.outlet = outlet;
    context.stats.invoked(spec.functionName);
  }

  /** Unique in its deployment. */
  get id(): string {
    return (this.givenId ??= this.context.nextCallId());
  }

  /** Whether memory can be shared with the function. */
  get sharesMemory(): boolean {
    return this.context.deployment.limits.sharesMemory === true;
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
    this.context.admitted(this);
    this.deadline = new CallDeadline(this);
    this.startAttempt();
  }

  /** Runs the call a second time, in a place that the caller has taken; the first outcome counts. */
  duplicate(): void {
    this.extraPlaces++;
    this.context.stats.retried(this.spec.functionName);
    this.startAttempt();
  }

  /** It has to wait, perhaps with very many others: what it keeps until then takes less room. */
  queue(): void {
    const { spec } = this;
    if (!isQueued(spec.args)) spec.args = queued(spec.args);
  }

  /** Whether it has left the queue. */
  get isAdmitted(): boolean {
    return this.admitted;
  }

  /** Sends a control message to the attempt under way, or to the next one. */
  control(body: ControlBody): void {
    if (this.outlet.untouched) (this.replay ??= []).push(body);
    else this.replay = undefined;
    this.attempts[0]?.send(body);
    this.keepTime();
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
    this.disarm?.();
    this.deadline?.stop();
    const attempts = this.attempts;
    this.attempts = none;
    for (const attempt of attempts) attempt.giveUp();
  }

  /** The caller of a stream wants no more: like `cancel`, but it is no failure. */
  drop(): void {
    if (!this.settled) this.finish(() => undefined, undefined);
  }

  private startAttempt(): void {
    const { functionName, args, attachments, stream, credit, settings } = this.spec;
    const { deployment } = this.context;
    const attempt = new Attempt(
      {
        call: this.id,
        attempt: this.nextAttempt++,
        functionName,
        args: isQueued(args) ? unqueued(args) : args,
        attachments,
        timeout: settings.timeout,
        stream,
        credit,
        validate: this.context.validate,
      },
      this,
    );
    this.attempts = this.attempts === none ? [attempt] : [...this.attempts, attempt];
    if (log.calls.enabled) this.note("attempt %d", attempt.request.attempt);
    this.hasBegun = false;
    this.deadline?.heard(this.silence);
    for (const body of this.replay ?? []) attempt.send(body);
    try {
      const ended =
        deployment.limits.framesFollow === false
          ? () => attempt.fail("lost", "the transport ended without an outcome of the call")
          : undefined;
      deployment.invoke(attempt).then(ended, (error: unknown) => this.lost(attempt, error));
    } catch (error) {
      this.lost(attempt, error);
    }
  }

  /** An attempt has not been begun, and is not about to be: the call waits for its turn again. */
  takeBack(attempt: Attempt): boolean {
    if (this.settled || this.hasBegun || this.extraPlaces > 0 || this.attempts[0] !== attempt)
      return false;
    if (!this.context.takeBack(this)) return false;
    this.attempts = none;
    this.nextAttempt = attempt.request.attempt;
    this.admitted = false;
    this.deadline?.stop();
    return true;
  }

  get overtakingTime(): number | undefined {
    return this.context.deployment.limits.overtakingTime;
  }

  get longestPause(): number {
    return this.spec.settings.timeout;
  }

  get isPlaceWanted(): boolean {
    return this.context.isPlaceWanted;
  }

  deliver(attempt: Attempt, frame: Frame): void {
    if (this.settled) return;
    this.hasBegun = true;
    switch (frame.type) {
      case "started":
        this.keepOnly(attempt);
        this.outlet.started(this, frame);
        return this.keepTime();
      case "yield":
        this.outlet.item(frame, attempt.detailOf(frame));
        return this.keepTime();
      case "result":
        return this.succeed(attempt, frame);
      case "error":
        return this.fail(attempt, failureOfFrame(frame, this.describe(attempt)), frame);
    }
  }

  private succeed(attempt: Attempt, frame: ResultFrame): void {
    const settled = Date.now();
    this.context.stats.completed(
      this.spec.functionName,
      { called: EPOCH + this.called, dispatched: attempt.dispatchedAt, settled },
      frame.timing,
    );
    attempt.end();
    this.finish(() => this.outlet.result(frame, attempt.detailOf(frame)), true);
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
    if (log.calls.enabled) this.note("attempt %d: %s", attempt.request.attempt, failure.code);
    // The other attempt of a straggler may still succeed.
    if (this.attempts.length > 0 && isTransient(failure)) return;
    let delay: number | undefined;
    const { thrown } = failure;
    try {
      this.budget ??= new RetryBudget(this.spec.settings);
      if (this.outlet.untouched) delay = this.budget.spend(failure, attempt.request.attempt);
    } catch (error) {
      // The decision is the caller's own code; what the call failed with counts for more.
      const reason = error instanceof Error ? error.stack : String(error);
      process.emitWarning(`The option "retry" of a call threw: ${reason}`, "FaastWarning");
    }
    // That code may even have cancelled the call.
    if (this.settled) return;
    if (delay === undefined) return this.finish(() => this.outlet.failed(thrown, frame), false);
    this.context.stats.retried(this.spec.functionName);
    this.deadline?.stop();
    this.disarm = armTimer(delay, () => {
      const wait = this.context.reserveStart();
      if (wait === 0) this.startAttempt();
      else this.disarm = armTimer(wait, () => this.startAttempt());
    });
  }

  /** The attempt has become a stream: there can be but one. */
  private keepOnly(attempt: Attempt): void {
    for (const each of this.attempts) if (each !== attempt) each.giveUp();
    this.attempts = [attempt];
  }

  /** After whatever was sent or heard: whether time runs for the call, or for its reader. */
  private keepTime(): void {
    if (this.settled || this.attempts.length === 0) return;
    const paused = !this.outlet.awaiting;
    if (paused) this.deadline?.pause();
    else this.deadline?.heard(this.silence);
    if (paused !== this.paused) this.context.paused(this, (this.paused = paused));
  }

  /** Milliseconds that may pass without a word of the attempt under way. */
  private get silence(): number {
    const { silenceGrace = DEADLINE_GRACE, startupTime } = this.context.deployment.limits;
    return this.spec.settings.timeout + (this.hasBegun ? 0 : startupTime) + silenceGrace;
  }

  expire(reason: "silence" | "pause"): void {
    const [attempt] = this.attempts;
    if (attempt === undefined) return;
    const seconds = this.spec.settings.timeout / 1000;
    const message =
      reason === "silence"
        ? `nothing was heard of the call within its time-out of ${seconds} s`
        : `nobody asked the stream for an item for ${seconds} s while other calls waited for its place; read it to its end, end it with return(), or raise \`concurrency\``;
    const failure = localFailure("timeout", message, this.describe(attempt));
    for (const each of this.attempts) each.giveUp();
    this.attempts = none;
    this.fail(attempt, failure);
  }

  /** @param success - undefined if the outcome is neither. */
  private finish(tell: () => void, success: boolean | undefined): void {
    this.settled = true;
    this.abandoned = true;
    this.disarm?.();
    this.deadline?.stop();
    if (this.paused) this.context.paused(this, false);
    const attempts = this.attempts;
    this.attempts = none;
    for (const attempt of attempts) attempt.giveUp();
    if (success === false) this.context.stats.failed(this.spec.functionName);
    if (log.calls.enabled)
      this.note("%s after %d ms", outcomes[`${success}`], Date.now() - EPOCH - this.called);
    try {
      tell();
    } finally {
      this.context.finished(this, this.admitted ? 1 + this.extraPlaces : 0);
    }
  }

  /** Never anything of the user's: no arguments, results or messages. */
  private note(format: string, ...args: unknown[]): void {
    log.calls(`%s %s: ${format}`, this.spec.functionName, this.id, ...args);
  }

  /** A provider that cannot tell must not keep a failure from its caller. */
  private logUrlOf(execution: ExecutionDetail | undefined): string | undefined {
    try {
      return this.context.deployment.logUrl(execution);
    } catch (error) {
      log.warn("the provider cannot tell where the log is: %s", error);
      return undefined;
    }
  }

  private describe(attempt: Attempt) {
    const { functionName, callSite } = this.spec;
    const { execution } = attempt;
    const logUrl = execution?.logUrl ?? this.logUrlOf(execution);
    return { functionName, attempt: attempt.request.attempt, logUrl, callSite };
  }
}

const outcomes = { true: "succeeded", false: "failed", undefined: "dropped" };
