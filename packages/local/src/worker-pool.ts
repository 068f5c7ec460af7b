import type { Invocation } from "@faast/core/provider";
import type { Supervisor } from "@faast/core/worker";

/** Runs each call in a worker of its own; workers are made when they are needed, and used again. */
export class WorkerPool {
  private readonly limit: number;
  private readonly create: (index: number) => Supervisor;
  private readonly workers: Supervisor[] = [];
  /** The one used last goes first, so that as few as possible are in use. */
  private readonly idle: Supervisor[] = [];
  private readonly waiting: Invocation[] = [];

  /** @param limit - workers at most; 0: no limit. */
  constructor(limit: number, create: (index: number) => Supervisor) {
    this.limit = limit === 0 ? Infinity : limit;
    this.create = create;
  }

  run(invocation: Invocation): void {
    const worker = this.idle.pop() ?? this.grow();
    if (worker === undefined) {
      // A call was given up, and its worker is still ending.
      this.waiting.push(invocation);
    } else {
      this.start(worker, invocation);
    }
  }

  /** Ends every worker; resolves when all have ended. */
  async close(): Promise<void> {
    this.waiting.length = 0;
    await Promise.all(this.workers.map((worker) => worker.close()));
  }

  /** Ends every worker now. */
  kill(): void {
    for (const worker of this.workers) worker.kill();
  }

  private start(worker: Supervisor, invocation: Invocation): void {
    worker.run(invocation, () => {
      const next = this.takeWaiting();
      if (next === undefined) this.idle.push(worker);
      else queueMicrotask(() => this.start(worker, next));
    });
  }

  /** The next that waits and has not been given up meanwhile. */
  private takeWaiting(): Invocation | undefined {
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined || !next.signal.aborted) return next;
    }
  }

  private grow(): Supervisor | undefined {
    if (this.workers.length >= this.limit) return undefined;
    const worker = this.create(this.workers.length);
    this.workers.push(worker);
    return worker;
  }
}
