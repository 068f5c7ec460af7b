import type { CommonOptions } from "../options/common-options.js";
import type { Deployment } from "../provider/contract.js";
import { StatsRecorder } from "../stats/stats-recorder.js";
import { Admission } from "./admission.js";
import { CallTask, type CallContext, type CallOutlet, type CallSpec } from "./call-task.js";
import { SignalGroup } from "./signal-group.js";
import { StragglerWatch } from "./straggler-watch.js";

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
  private calls = 0;
  private closed: string | undefined;

  constructor(deployment: Deployment, options: Required<CommonOptions>) {
    this.deployment = deployment;
    this.validate = options.validateSerialization;
    this.admission = new Admission(options);
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
    if (this.closed !== undefined) {
      task.cancel(this.closed);
    } else if (signal?.aborted === true) {
      task.cancel("the call was cancelled by its signal", signal.reason);
    } else {
      if (signal !== undefined) this.signals.add(signal, task);
      this.stragglers.add(task);
      this.admission.submit(task);
    }
    return task;
  }

  nextCallId(): string {
    return (this.calls++).toString(36);
  }

  reserveStart(): number {
    return this.admission.reserveStart();
  }

  finished(task: CallTask, places: number): void {
    this.pending.delete(task);
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
  }
}
