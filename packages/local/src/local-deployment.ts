import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CostMetric } from "@faast/core";
import type {
  CleanupOptions,
  DeploySpec,
  Deployment,
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
  type ModuleExports,
} from "@faast/core/worker";
import type { InstanceDirectory } from "./instance-directory.js";
import type { LocalOptions } from "./local-options.js";
import { onProcessExit } from "./process-exit.js";
import type { Reaper } from "./reaper.js";
import { WorkerLog } from "./worker-log.js";
import { WorkerPool } from "./worker-pool.js";

/** Milliseconds that a worker may take to load the user's module. */
const STARTUP_TIME = 60_000;

/** What a deployment is made of. */
export interface LocalDeploymentParts {
  readonly spec: DeploySpec<LocalOptions>;
  readonly directory: InstanceDirectory;
  readonly reaper: Reaper;
  /** Paths in the directory's `code`. */
  readonly entryPath: string;
  readonly modulePath: string;
  readonly functions: ReadonlyMap<string, FunctionKind> | undefined;
  /** What the bundler has to say: it may be why the module does not load. */
  readonly remarks: readonly string[];
}

/** One instance: its workers, their logs, and its directory. */
export class LocalDeployment implements Deployment {
  readonly limits: TransportLimits = { startupTime: STARTUP_TIME };
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  private readonly parts: LocalDeploymentParts;
  private readonly pool: WorkerPool;
  private readonly logs: WorkerLog[] = [];
  private readonly forgetExit: () => void;
  private restoreEnv: (() => void) | undefined;
  private inlineModule: Promise<ModuleExports> | undefined;

  constructor(parts: LocalDeploymentParts) {
    this.parts = parts;
    if (parts.functions !== undefined) this.functions = parts.functions;
    const { options } = parts.spec;
    this.pool = new WorkerPool(options.concurrency, (index) => this.createWorker(index));
    this.forgetExit = onProcessExit(() => {
      this.pool.kill();
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

  async close({ deleteResources }: Required<CleanupOptions>): Promise<void> {
    await this.pool.close();
    for (const log of this.logs.splice(0)) log.close();
    this.restoreEnv?.();
    this.restoreEnv = undefined;
    if (deleteResources) await this.parts.directory.remove();
    // Told that its work is done even if the directory is to stay: the caller has said so.
    await this.parts.reaper.close();
    this.forgetExit();
  }

  private createWorker(index: number): Supervisor {
    const { options } = this.parts.spec;
    const log = new WorkerLog(this.parts.directory.logs, index);
    this.logs.push(log);
    return new Supervisor({
      startupTime: STARTUP_TIME,
      importAdvice: this.parts.remarks.map((remark) => `\n  ${remark}`).join(""),
      describe: (request, isolateId) => this.describe(request, isolateId, log),
      start: (events) =>
        options.childProcess
          ? startProcessIsolate(this.processOptions(log), events)
          : startInlineIsolate(() => this.loadInline(), events),
    });
  }

  private describe(request: EncodedCall, isolateId: string, log: WorkerLog): ExecutionDetail {
    return {
      logUrl: log.url,
      executionId: `${this.parts.spec.job.id}/${request.call}/${request.attempt}`,
      instanceId: isolateId,
    };
  }

  private processOptions(log: WorkerLog) {
    const { directory, entryPath, reaper, spec } = this.parts;
    const { options } = spec;
    log.begin();
    return {
      entry: join(directory.code, entryPath),
      cwd: directory.code,
      env: { ...process.env, ...options.env },
      heapLimit:
        options.childProcessMemoryMb === 0 ? options.memorySize : options.childProcessMemoryMb,
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
