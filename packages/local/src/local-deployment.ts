import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Piscina } from "piscina";
import { CostMetric } from "@faast/core";
import type {
  CleanupOptions,
  DeploySpec,
  Deployment,
  DeploymentLease,
  EncodedCall,
  ExecutionDetail,
  FunctionKind,
  FunctionStats,
  Invocation,
  TransportLimits,
} from "@faast/core/provider";
import {
  startInlineIsolate,
  startProcessIsolate,
  Supervisor,
  Wakefulness,
  type Isolate,
  type IsolateEvents,
  type ModuleExports,
} from "@faast/core/worker";
import type { CloudLimits } from "./cloud-limits.js";
import { DependencyCache, type CacheUse } from "./dependency-cache.js";
import { DEBUGGING_GRACE } from "./inspector.js";
import type { InstanceDirectory } from "./instance-directory.js";
import { IsolateCare } from "./isolate-care.js";
import type { Isolation } from "./isolation.js";
import type { LocalOptions } from "./local-options.js";
import { onProcessExit } from "./process-exit.js";
import type { Reaper } from "./reaper.js";
import { startThreadIsolate } from "./thread-isolate.js";
import type { WaitingProcess } from "./waiting-process.js";
import { workerEnvironment } from "./worker-environment.js";
import { WorkerLog } from "./worker-log.js";
import { WorkerPool } from "./worker-pool.js";

/** Milliseconds that a worker may take to load the user's module. */
const STARTUP_TIME = 60_000;
/** Milliseconds between renewals of a lease, which lasts a day for those who cannot see this process. */
const RENEWAL_INTERVAL = 10 * 60_000;

/** What a deployment is made of. */
export interface LocalDeploymentParts {
  readonly spec: DeploySpec<LocalOptions>;
  readonly isolation: Isolation;
  /** Limits of a cloud that is simulated. */
  readonly cloud: CloudLimits | undefined;
  /** piscina, where functions run in threads. */
  readonly threads: { readonly Piscina: typeof Piscina } | undefined;
  readonly directory: InstanceDirectory;
  readonly reaper: Reaper;
  /** The first worker's process, where it has been started in advance. */
  readonly waiting: WaitingProcess | undefined;
  /** The installed dependencies of earlier jobs that the instance uses. */
  readonly dependencies: CacheUse | undefined;
  /** Paths in the directory's `code`. */
  readonly entryPath: string;
  readonly modulePath: string;
  readonly functions: ReadonlyMap<string, FunctionKind> | undefined;
  /** What the bundler has to say: it may be why the module does not load. */
  readonly remarks: readonly string[];
}

/** One instance: its workers, their logs, and its directory. */
export class LocalDeployment implements Deployment {
  readonly limits: TransportLimits;
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  readonly lease: DeploymentLease;
  private readonly parts: LocalDeploymentParts;
  private readonly pool: WorkerPool;
  private readonly care: IsolateCare;
  private readonly logs: WorkerLog[] = [];
  private readonly wakefulness = new Wakefulness();
  private readonly forgetExit: () => void;
  private restoreEnv: (() => void) | undefined;
  private inlineModule: Promise<ModuleExports> | undefined;

  constructor(parts: LocalDeploymentParts) {
    this.parts = parts;
    if (parts.functions !== undefined) this.functions = parts.functions;
    this.lease = {
      interval: RENEWAL_INTERVAL,
      renew: () => parts.directory.renewLease(parts.dependencies),
    };
    const { options } = parts.spec;
    const { cloud, isolation } = parts;
    const care = (this.care = new IsolateCare({ ...options, cloud, isolation }));
    const pool = () => this.pool;
    this.limits = {
      get ahead() {
        return pool().spare;
      },
      startupTime: STARTUP_TIME + (cloud?.coldStart ?? 0) * 1000,
      // No cloud does: what would fail there fails here.
      sharesMemory: isolation !== "process" && cloud === undefined,
      get silenceGrace() {
        return care.mayBeDebugged ? DEBUGGING_GRACE : undefined;
      },
    };
    this.pool = new WorkerPool(
      {
        limit: options.concurrency,
        // In this very process, a worker costs nothing.
        ...(isolation === "inline" ? { together: Infinity } : {}),
        // No cloud sends a call to a worker that is busy, and a debugger holds calls up.
        wakefulness: this.wakefulness,
        ahead: isolation !== "inline" && cloud === undefined && !care.mayBeDebugged,
      },
      (index) => this.createWorker(index),
    );
    this.forgetExit = onProcessExit(() => {
      this.pool.kill();
      parts.waiting?.kill();
      parts.directory.removeNow();
    });
  }

  invoke(invocation: Invocation): Promise<void> {
    this.pool.run(invocation);
    return Promise.resolve();
  }

  logUrl(detail?: ExecutionDetail): string {
    return detail?.logUrl ?? pathToFileURL(this.parts.directory.logs).href;
  }

  estimateCost(stats: FunctionStats): CostMetric[] {
    const { samples, mean } = stats.estimatedBilledTime;
    const seconds = samples === 0 ? 0 : (mean * samples) / 1000;
    const comment = `on this machine, with ${availableParallelism()} cores`;
    return [
      new CostMetric({
        name: "functionCallDuration",
        pricing: 0,
        unit: "second",
        measured: seconds,
        comment,
        informationalOnly: true,
      }),
      new CostMetric({
        name: "functionCallRequests",
        pricing: 0,
        unit: "request",
        measured: stats.invocations,
        comment,
        informationalOnly: true,
      }),
    ];
  }

  async close({ deleteCaches, deleteResources }: Required<CleanupOptions>): Promise<void> {
    await Promise.all([this.pool.close(), this.parts.waiting?.end()]);
    for (const log of this.logs.splice(0)) log.close();
    this.restoreEnv?.();
    this.restoreEnv = undefined;
    if (deleteResources) await this.parts.directory.remove();
    if (deleteResources || deleteCaches) await this.parts.dependencies?.release();
    if (deleteCaches) await new DependencyCache().clear();
    // Told that its work is done even if the directory is to stay: the caller has said so.
    await this.parts.reaper.close();
    this.forgetExit();
  }

  private createWorker(index: number): Supervisor {
    const log = new WorkerLog(this.parts.directory.logs, index);
    this.logs.push(log);
    const supervisor: Supervisor = new Supervisor({
      startupTime: this.limits.startupTime,
      memoryAdvice: this.care.memory.heapAdvice,
      importAdvice: this.parts.remarks.map((remark) => `\n  ${remark}`).join(""),
      describe: (request, isolateId) => this.describe(request, isolateId, log),
      start: (events) =>
        this.care.start(
          { worker: index, log, supervisor, start: (each) => this.startIsolate(index, log, each) },
          events,
        ),
    });
    return supervisor;
  }

  private startIsolate(index: number, log: WorkerLog, events: IsolateEvents): Isolate {
    const { isolation, threads } = this.parts;
    const { sharesMemory = false } = this.limits;
    if (isolation === "inline")
      return startInlineIsolate(() => this.loadInline(), events, { sharesMemory });
    const options = this.processOptions(log);
    const { wakefulness } = this;
    if (threads === undefined) {
      const execArgv = this.care.execArgv(index);
      const started = this.parts.waiting?.take(options);
      return startProcessIsolate({ ...options, execArgv, started, wakefulness }, events);
    }
    const { entry, env, heapLimit } = options;
    const { Piscina: Pool } = threads;
    const output = log.descriptor;
    return startThreadIsolate(
      { Pool, entry, env, heapLimit, output, sharesMemory, wakefulness },
      events,
    );
  }

  private describe(request: EncodedCall, isolateId: string, log: WorkerLog): ExecutionDetail {
    return {
      logUrl: log.url,
      executionId: `${this.parts.spec.job.id}/${request.call}/${request.attempt}`,
      instanceId: isolateId,
    };
  }

  private processOptions(log: WorkerLog) {
    const { cloud, directory, entryPath, reaper, spec } = this.parts;
    const { options } = spec;
    log.begin();
    return {
      entry: join(directory.code, entryPath),
      cwd: directory.code,
      env: workerEnvironment(options.env, cloud),
      heapLimit: this.care.heapLimit,
      output: log.descriptor,
      lastOutput: () => log.tail(),
      onLifeCycle: (event: "started" | "ended", pid: number) => {
        if (event === "started") reaper.watch(pid);
        else reaper.forget(pid);
      },
    };
  }

  /** Loads the module into this process, once. It sees `env` from here until `cleanup()`. */
  private loadInline(): Promise<ModuleExports> {
    this.restoreEnv ??= applyEnv(this.parts.spec.options.env);
    // Before the module is loaded, so that stacks show the user's own source.
    process.setSourceMapsEnabled(true);
    const { directory, modulePath } = this.parts;
    const url = pathToFileURL(join(directory.code, modulePath)).href;
    return (this.inlineModule ??= import(url) as Promise<ModuleExports>);
  }
}

/** Sets environment variables of this process; the result puts back what was there. */
function applyEnv(env: Record<string, string>): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
