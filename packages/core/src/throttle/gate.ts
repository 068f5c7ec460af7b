import { AsyncResource } from "node:async_hooks";
import { SignalGroup } from "../engine/signal-group.js";
import { FaastCancelledError } from "../errors.js";
import { Admission } from "../flow/admission.js";
import { GatedCall } from "./gated-call.js";
import type { CheckedLimits } from "./limits.js";

/** Lets the calls of one function through, under concurrency, rate, retries and a signal. */
export class Gate {
  readonly admission: Admission;
  private readonly functionName: string;
  private readonly limits: CheckedLimits;
  private readonly signals: SignalGroup<GatedCall>;

  constructor(functionName: string, limits: CheckedLimits) {
    this.functionName = functionName;
    this.limits = limits;
    this.admission = new Admission(limits);
    this.signals = new SignalGroup((call, reason) => {
      this.admission.close();
      call.cancel(this.cancellation(reason));
    });
  }

  /** What calls are refused with once the signal has fired; undefined before. */
  get refusal(): FaastCancelledError | undefined {
    const { signal } = this.limits;
    return signal?.aborted === true ? this.cancellation(signal.reason) : undefined;
  }

  /** Runs `work` in its turn, again if it fails and is to be retried. */
  run<R>(work: () => Promise<R>): Promise<R> {
    const { refusal } = this;
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise<R>((resolve, reject) => {
      const { retry, signal } = this.limits;
      const context = new AsyncResource("FaastThrottledCall");
      const call = new GatedCall({
        admission: this.admission,
        retry,
        // It starts in somebody else's turn, but belongs to its own caller's asynchronous context.
        start: () => new Promise<R>((started) => started(context.runInAsyncScope(work))),
        succeeded: resolve as (value: unknown) => void,
        failed: reject,
        ended: () => {
          if (signal !== undefined) this.signals.delete(signal, call);
        },
      });
      if (signal !== undefined) this.signals.add(signal, call);
      this.admission.submit(call);
    });
  }

  private cancellation(cause: unknown): FaastCancelledError {
    const { functionName } = this;
    const message = `${functionName}: the call was cancelled by the signal of throttle()`;
    return new FaastCancelledError(message, { functionName, cause });
  }
}
