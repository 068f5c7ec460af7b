import type { CommonOptions } from "../options/common-options.js";
import { MAX_DELAY } from "../timer.js";
import type { Deployment } from "../provider/contract.js";
import { StatsRecorder } from "../stats/stats-recorder.js";
import { Admission } from "../flow/admission.js";
import { CallTask, type CallContext, type CallOutlet, type CallSpec } from "./call-task.js";
import { SignalGroup } from "./signal-group.js";
import { StragglerWatch } from "./straggler-watch.js";

/** Pending calls beyond which the memory of those that wait counts for more than the time to pack them. */
const CROWD = 1000;

/** Carries the calls of one module: admission, attempts, cancellation, statistics. */
export class Engine implements CallContext {
  readonly deployment: Deployment;
  readonly stats = new StatsRecorder();
  readonly validate: boolean;
  private readonly admission: Admission;
  private readonly signals = new SignalGroup<CallTask>((task, reason) =>
    task.cancel("the call was cancelled by its signal", reason),
  );
  private readonly stragglers: StragglerWatch;
  private readonly pending = new Set<CallTask>();
  private readonly places: number;
  /** Calls that have left the queue and are not settled. */
  private running = 0;
  /** Streams that wait for their readers. */
  private pauses = 0;
  /** Keeps the process alive while there is something to wait for. */
  private readonly hold = setInterval(() => undefined, MAX_DELAY).unref();
  private holds = false;
  private calls = 0;
  private closed: string | undefined;

  constructor(deployment: Deployment, options: Required<CommonOptions>) {
    this.deployment = deployment;
    this.places = options.concurrency === 0 ? Infinity : options.concurrency;
    this.validate = options.validateSerialization;
    this.admission = new Admission(options, () => deployment.limits.ahead ?? 0);
    this.stragglers = new StragglerWatch({
      threshold: options.speculativeRetryThreshold,
      admission: this.admission,
      stats: this.stats,
    });
  }

  /** Takes a call on. Its outcome goes to `outlet`. */
  submit(spec: CallSpec, outlet: CallOutlet): CallTask {
    const task = new CallTask(this, spec, outlet);
    const { signal } = spec.settings;
    this.pending.add(task);
    this.holdOn();
    if (this.closed !== undefined) {
      task.cancel(this.closed);
    } else if (signal?.aborted === true) {
      task.cancel("the call was cancelled by its signal", signal.reason);
    } else {
      if (signal !== undefined) this.signals.add(signal, task);
      this.admission.submit(task);
      if (!task.isAdmitted && this.pending.size > CROWD) task.queue();
    }
    return task;
  }

  nextCallId(): string {
    return (this.calls++).toString(36);
  }

  reserveStart(): number {
    return this.admission.reserveStart();
  }

  admitted(task: CallTask): void {
    this.running++;
    this.stragglers.add(task);
  }

  takeBack(task: CallTask): boolean {
    if (!this.admission.takeBack(task)) return false;
    this.running--;
    this.stragglers.delete(task);
    return true;
  }

  get isPlaceWanted(): boolean {
    return this.running >= this.places && this.pending.size > this.running;
  }

  paused(_task: CallTask, paused: boolean): void {
    this.pauses += paused ? 1 : -1;
    this.holdOn();
  }

  finished(task: CallTask, places: number): void {
    this.pending.delete(task);
    if (places > 0) this.running--;
    this.holdOn();
    this.stragglers.delete(task);
    if (task.spec.settings.signal !== undefined)
      this.signals.delete(task.spec.settings.signal, task);
    for (let i = 0; i < places; i++) this.admission.release();
  }

  /** Stops every call without telling anyone: the process is about to end. `close` tells, if it does not. */
  freeze(): void {
    this.admission.close();
    this.stragglers.close();
    for (const task of this.pending) task.freeze();
  }

  /** Cancels every call, and every later one; the statistics remain. */
  close(reason: string, cause?: unknown): void {
    this.closed ??= reason;
    this.admission.close();
    for (const task of this.pending) task.cancel(reason, cause);
    this.stragglers.close();
    this.stats.close();
    clearInterval(this.hold);
  }

  /** A stream that nobody reads is nothing to wait for: the process may end with it. */
  private holdOn(): void {
    const holds = this.pending.size > this.pauses;
    if (holds === this.holds) return;
    this.holds = holds;
    if (holds) this.hold.ref();
    else this.hold.unref();
  }
}
