import { availableParallelism } from "node:os";
import type { Invocation } from "@faast/core/provider";
import type { Supervisor } from "@faast/core/worker";

/** Milliseconds that a call waits for a worker in use before further ones are started. */
const PATIENCE = 50;

/** How many workers there may be. */
export interface WorkerPoolOptions {
  /** Workers at most; 0: no limit. */
  readonly limit: number;
  /**
   * Workers that are started together. Default: as many as the machine has cores, since more of them
   * would only take longer to be ready, and those that are ready may do by themselves.
   */
  readonly together?: number;
}

/** A call without a worker. */
interface Waiting {
  readonly invocation: Invocation;
  /** By `performance.now()`. */
  readonly since: number;
}

/**
 * Runs each call in a worker of its own; workers are made when they are needed, and used again. They are
 * started a few at a time, and further ones only while a call waits.
 */
export class WorkerPool {
  private readonly limit: number;
  private readonly together: number;
  private readonly create: (index: number) => Supervisor;
  private readonly workers: Supervisor[] = [];
  /** The one used last goes first, so that as few as possible are in use. */
  private readonly idle: Supervisor[] = [];
  private readonly waiting: Waiting[] = [];
  /** Runs while calls wait that further workers could run. */
  private timer: NodeJS.Timeout | undefined;

  constructor(
    { limit, together = availableParallelism() }: WorkerPoolOptions,
    create: (index: number) => Supervisor,
  ) {
    this.limit = limit === 0 ? Infinity : limit;
    this.together = together;
    this.create = create;
  }

  run(invocation: Invocation): void {
    const worker =
      this.idle.pop() ?? (this.workers.length < this.together ? this.grow() : undefined);
    if (worker !== undefined) return this.start(worker, invocation);
    this.waiting.push({ invocation, since: performance.now() });
    this.watch(PATIENCE);
  }

  /** Ends every worker; resolves when all have ended. */
  async close(): Promise<void> {
    this.waiting.length = 0;
    clearTimeout(this.timer);
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
      const next = this.waiting.shift()?.invocation;
      if (next === undefined || !next.signal.aborted) return next;
    }
  }

  private grow(): Supervisor | undefined {
    if (this.workers.length >= this.limit) return undefined;
    const worker = this.create(this.workers.length);
    this.workers.push(worker);
    return worker;
  }

  /** Starts more workers after a while, if a call has waited for too long by then. */
  private watch(delay: number): void {
    if (this.workers.length >= this.limit) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, delay).unref();
  }

  private look(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    const left = oldest.since + PATIENCE - performance.now();
    if (left > 0) return this.watch(left);
    for (let started = 0; started < this.together; started++) {
      const worker = this.waiting.length > 0 ? this.grow() : undefined;
      const next = worker === undefined ? undefined : this.takeWaiting();
      if (worker === undefined) break;
      if (next === undefined) this.idle.push(worker);
      else this.start(worker, next);
    }
    if (this.waiting.length > 0) this.watch(PATIENCE);
  }
}
