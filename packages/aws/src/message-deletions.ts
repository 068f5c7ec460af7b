/** Messages that one request deletes, at most: SQS's limit. */
const BATCH = 10;

/** Milliseconds for which a message waits for others, to be deleted with them. */
const COLLECTING_TIME = 100;

/**
 * Deletes messages that were received, as many at a time as one request can. Nobody waits for that: one that
 * is not deleted comes again, and is passed over then.
 */
export class MessageDeletions {
  private readonly deleteAll: (receiptHandles: readonly string[]) => Promise<void>;
  private handles: string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(deleteAll: (receiptHandles: readonly string[]) => Promise<void>) {
    this.deleteAll = deleteAll;
  }

  add(receiptHandle: string): void {
    this.handles.push(receiptHandle);
    if (this.handles.length >= BATCH) this.flush();
    // What the end of the job overtakes goes with its queue.
    else this.timer ??= setTimeout(() => this.flush(), COLLECTING_TIME).unref();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.deleteAll(this.handles.splice(0)).catch(() => undefined);
  }
}
