/** Knows when everything has been handed to the system that was given to an asynchronous channel. */
export class PendingSends {
  private pending = 0;
  private waiting: (() => void)[] = [];
  private readonly ended = (): void => {
    if (--this.pending > 0) return;
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const callback of waiting) callback();
  };

  /** Something is about to be sent; the result is to be called when it has been. */
  begin(sent: (() => void) | undefined): () => void {
    this.pending++;
    const { ended } = this;
    if (sent === undefined) return ended;
    return () => {
      ended();
      sent();
    };
  }

  /** Calls back when nothing is pending: at once, if nothing is. */
  whenNone(callback: () => void): void {
    if (this.pending === 0) callback();
    else this.waiting.push(callback);
  }
}
