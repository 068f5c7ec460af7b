import { availableParallelism } from "node:os";
import type { Invocation } from "@faast/core/provider";
import { LEASE, type Supervisor, type Wakefulness } from "@faast/core/worker";
import { CallPace } from "./call-pace.js";
import { AHEAD, PoolWorker } from "./pool-worker.js";

/** Milliseconds that a call waits for a worker in use before further ones are started. */
const PATIENCE = 50;
/** Milliseconds that workers may take to be ready before further ones are started beside them. */
const STARTING = 1000;
/** Workers that are started together at most, for each core: those that wait need none. */
const BATCH = 4;
/** Bytes of arguments up to which a call is sent ahead. */
const SMALL = 8192;
/** Milliseconds that a call takes the calling process, and a worker beside its function, as measured. */
const CALLER_TIME = 0.025;
const WORKER_TIME = 0.02;

const cores = availableParallelism();

/** How many workers there may be. */
export interface WorkerPoolOptions {
  /** Workers at most; 0: no limit. */
  readonly limit: number;
  /**
   * Workers that are started at once. Default: as many as the machine has cores, since more of them
   * would only take longer to be ready, and those that are ready may do by themselves.
   */
  readonly together?: number;
  /** Whether calls that are expected to be short may be sent to workers that run one: see `LEASE`. */
  readonly ahead: boolean;
  /** Extended around such calls. */
  readonly wakefulness: Wakefulness;
}

/** A call without a worker. */
interface Waiting {
  readonly invocation: Invocation;
  /** By `performance.now()`. */
  readonly since: number;
}

/**
 * Runs calls in workers, which are made when they are needed, and used again. A worker runs one call at a
 * time. They are started a few at a time, and further ones only while a call waits.
 *
 * Calls that take less time than it takes to wake a process go to no more workers than the calling process
 * can keep busy, and are sent to them before they are free.
 */
export class WorkerPool {
  private readonly limit: number;
  private readonly together: number;
  private readonly ahead: boolean;
  private readonly create: (index: number) => Supervisor;
  private readonly pace = new CallPace();
  private readonly wakefulness: Wakefulness;
  private readonly workers: PoolWorker[] = [];
  /** The one used last goes first, so that as few as possible are in use. */
  private readonly idle: PoolWorker[] = [];
  private waiting: Waiting[] = [];
  /** Runs while calls wait. */
  private timer: NodeJS.Timeout | undefined;
  /** Calls that have been taken, and are neither over nor given back. */
  private inHand = 0;
  /** Milliseconds that the next call is expected to take, if it is like the last, and over at once. */
  private expected: number | undefined;
  /** When workers were seen last that were not ready yet, by `performance.now()`. */
  private startingAt = -Infinity;

  constructor(
    { limit, together = cores, ahead, wakefulness }: WorkerPoolOptions,
    create: (index: number) => Supervisor,
  ) {
    this.limit = limit === 0 ? Infinity : limit;
    this.together = together;
    this.ahead = ahead;
    this.wakefulness = wakefulness;
    this.create = create;
  }

  /** Calls that it takes beyond its limit: see `TransportLimits.ahead`. */
  get spare(): number {
    if (!this.ahead || this.expected === undefined || this.waiting.length > 0) return 0;
    return Math.min(workersFor(this.expected), this.workers.length) * AHEAD - this.inHand;
  }

  run(invocation: Invocation): void {
    this.inHand++;
    if (this.waiting.length === 0 && this.place(invocation)) return;
    if (!this.giveBack(invocation)) this.waiting.push({ invocation, since: performance.now() });
    this.watch();
  }

  /** Ends every worker; resolves when all have ended. */
  async close(): Promise<void> {
    this.waiting = [];
    clearTimeout(this.timer);
    await Promise.all(this.workers.map(({ supervisor }) => supervisor.close()));
  }

  /** Ends every worker now. */
  kill(): void {
    for (const { supervisor } of this.workers) supervisor.kill();
  }

  /** Finds a worker for a call; false if there is none. */
  private place(invocation: Invocation): boolean {
    const expected = this.ahead ? this.expectedOf(invocation) : undefined;
    if (expected !== undefined) this.wakefulness.extend();
    const isEnough = expected !== undefined && this.activeWorkers() >= workersFor(expected);
    const spare = isEnough ? undefined : (this.idle.pop() ?? this.seed());
    if (spare !== undefined) {
      spare.run(invocation);
      return true;
    }
    return expected !== undefined && this.leastLoaded()?.runAhead(invocation) === true;
  }

  /** Milliseconds, if the call is over at once, and small. */
  private expectedOf({ request }: Invocation): number | undefined {
    const { args, attachments, functionName } = request;
    if (args.byteLength > SMALL || attachments !== undefined) return undefined;
    return this.pace.ifShort(functionName);
  }

  /** Workers that run calls and are not held up by them. */
  private activeWorkers(): number {
    const now = performance.now();
    let active = 0;
    for (const worker of this.workers) if (worker.load > 0 && !worker.isStuck(now)) active++;
    return active;
  }

  private leastLoaded(): PoolWorker | undefined {
    const now = performance.now();
    let least: PoolWorker | undefined;
    for (const worker of this.workers) {
      if (worker.load === 0 || worker.isStuck(now)) continue;
      if (least === undefined || worker.load < least.load) least = worker;
    }
    return least;
  }

  private done(worker: PoolWorker, { request }: Invocation, executionTime?: number): void {
    this.inHand--;
    if (executionTime !== undefined)
      this.expected = this.pace.note(request.functionName, executionTime);
    this.freed(worker);
  }

  /** A call that was sent ahead comes back: it is the next that waits. */
  private returned(worker: PoolWorker, invocation: Invocation): void {
    this.expected = undefined;
    if (!this.giveBack(invocation)) this.waiting.unshift({ invocation, since: performance.now() });
    this.watch();
    this.freed(worker);
  }

  /** Gives a call back that was taken beyond the limit; false if it was not. */
  private giveBack(invocation: Invocation): boolean {
    const isBack = this.inHand > this.limit && invocation.defer();
    if (isBack) this.inHand--;
    return isBack;
  }

  private freed(worker: PoolWorker): void {
    if (worker.load === 0) this.idle.push(worker);
    // Once the call that has freed it is settled: what is made of its result comes first.
    if (this.waiting.length > 0) queueMicrotask(() => this.placeWaiting());
  }

  private placeWaiting(): void {
    for (let next = this.firstWaiting(); next !== undefined; next = this.firstWaiting()) {
      if (!this.place(next.invocation)) return;
      this.waiting.shift();
    }
  }

  /** The first that waits and has not been given up meanwhile. */
  private firstWaiting(): Waiting | undefined {
    while (this.waiting[0]?.invocation.over === true) {
      this.waiting.shift();
      this.inHand--;
    }
    return this.waiting[0];
  }

  /** A worker of those that may be started at once. */
  private seed(): PoolWorker | undefined {
    return this.workers.length < this.together ? this.grow() : undefined;
  }

  private grow(): PoolWorker | undefined {
    if (this.workers.length >= this.limit) return undefined;
    const worker = new PoolWorker(this.create(this.workers.length), {
      done: (...call) => this.done(...call),
      returned: (...call) => this.returned(...call),
    });
    this.workers.push(worker);
    return worker;
  }

  /** Looks after a while whether calls still wait. */
  private watch(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.placeWaiting();
      this.growFor(this.waiting[0]);
      if (this.waiting.length > 0) this.watch();
    }, LEASE).unref();
  }

  /** Starts more workers, if a call has waited for too long. */
  private growFor(oldest: Waiting | undefined): void {
    if (oldest === undefined || this.workers.length >= this.limit) return;
    const now = performance.now();
    // Those that are about to be ready may do.
    const starting = this.workers.some((worker) => {
      const time = worker.startingFor(now);
      return time > 0 && time < STARTING;
    });
    if (starting) this.startingAt = now;
    if (now - Math.max(oldest.since, this.startingAt) < PATIENCE) return;
    const batch = Math.min(this.waiting.length, BATCH * cores);
    for (let started = 0; started < batch; started++) {
      const next = this.firstWaiting();
      const worker = next === undefined ? undefined : this.grow();
      if (next === undefined || worker === undefined) return;
      this.waiting.shift();
      worker.run(next.invocation);
    }
  }
}

/** How many workers the calling process keeps busy with calls of so many milliseconds, and leaves a core for. */
function workersFor(expected: number): number {
  const demand = (expected + WORKER_TIME) / CALLER_TIME;
  const share = (cores * demand) / (demand + 1);
  return Math.max(1, Math.round(Math.min(demand, share)));
}
