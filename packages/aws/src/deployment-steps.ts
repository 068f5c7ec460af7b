/**
 * The steps of a deployment, of which many go on at the same time. When one fails, those that may take
 * long are given up; whoever removes what there is waits until all have ended, so that nothing is made
 * behind their back.
 */
export class DeploymentSteps {
  private readonly controller = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  /** By reason: the first one has the others given up, which may fail for reasons of their own. */
  private readonly failures = new Map<unknown, string>();

  /** What failed for this reason, or else first, in words that go with "could not be …". */
  failedStep(reason?: unknown): string | undefined {
    return this.failures.get(reason) ?? [...this.failures.values()][0];
  }

  /**
   * Does a step.
   *
   * @param step - what it makes, such as `"the log group"`.
   * @param act - its signal fires when the deployment is given up, or has failed elsewhere.
   */
  run<T>(step: string, signal: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const either = AbortSignal.any([signal, this.controller.signal]);
    if (either.aborted) return Promise.reject(either.reason as Error);
    const running = act(either);
    this.running.add(running);
    running.then(
      () => this.running.delete(running),
      (reason: unknown) => {
        this.running.delete(running);
        if (!signal.aborted) this.fail(step, reason);
      },
    );
    return running;
  }

  /** Gives up what has not ended. Resolves when it has. */
  async end(reason: unknown): Promise<void> {
    this.controller.abort(reason);
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  private fail(step: string, reason: unknown): void {
    if (!this.failures.has(reason)) this.failures.set(reason, step);
    this.controller.abort(reason);
  }
}
