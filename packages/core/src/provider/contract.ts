import type { Collector } from "@faast/gc";
import type { CostMetric } from "../cost/cost-metric.js";
import type { CleanupOptions } from "../options/cleanup-options.js";
import type { CommonOptions } from "../options/common-options.js";
import type { OptionSpec, OptionTable } from "../options/option-table.js";
import type { ControlMessage } from "../protocol/control.js";
import type { ExecutionDetail, FailureCode, Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import type { FunctionKind } from "../module/callable-exports.js";
import type { FunctionStats } from "../stats/function-stats.js";
import type { CollectorScope, PolicyDocument, PreflightReport } from "./inspection.js";

/**
 * What a provider is: it owns infrastructure and moves bytes. It decides nothing about calls; the
 * engine does, once, for every provider.
 *
 * A provider package exports its provider by the name `provider`.
 */
export interface Provider<O extends CommonOptions = CommonOptions> {
  readonly name: string;
  /** Defaults that differ from the common ones, and the options that only this provider knows. */
  readonly options: ProviderOptionTable<O>;
  /**
   * Creates what the job needs. When it fails or `signal` fires, it removes what it made, then rejects.
   */
  deploy(spec: DeploySpec<O>, signal: AbortSignal): Promise<Deployment>;
  /**
   * What finds and deletes leftovers of jobs, for `faast cleanup`, `faast ls` and the option `gc`. It is
   * made without a request to anyone. Without it, `gc: "force"` is refused.
   */
  collector?(options: ProviderSettings<O>, scope: CollectorScope): Collector;
  /** What jobs need of this machine or account, and whether it is there: `faast doctor`. */
  preflight?(options: ProviderSettings<O>, signal: AbortSignal): Promise<PreflightReport>;
  /** Documents that say what an account must permit: `faast policy`. */
  policies?(options: ProviderSettings<O>): Promise<readonly PolicyDocument[]>;
}

/** All options of a provider, defaults included, checked. */
export type ProviderSettings<O extends CommonOptions = CommonOptions> = Required<CommonOptions> &
  Required<O>;

/** Options of a provider. */
export interface ProviderOptionTable<O extends CommonOptions> {
  /** Values that replace the common defaults. */
  readonly defaults: Partial<CommonOptions>;
  /** Common options that it cannot do: whoever gives one is told so. */
  readonly unsupported?: readonly (keyof CommonOptions)[];
  /** Options beyond the common ones: their defaults and checks. */
  readonly own: [O] extends [never]
    ? Readonly<Record<string, OptionSpec<unknown>>> // of any provider: `Provider<never>`
    : OptionTable<Omit<O, keyof CommonOptions>>;
}

/** What is to be deployed. */
export interface DeploySpec<O extends CommonOptions = CommonOptions> {
  /** Absolute path of the user's module. */
  readonly moduleFile: string;
  /** All options, defaults included, checked. */
  readonly options: ProviderSettings<O>;
  readonly job: JobIdentity;
  /**
   * Whether the functions of the module are unknown, so that the provider is to read them from the
   * module's source: `Deployment.functions`.
   */
  readonly needsFunctions: boolean;
}

/** The identity of one `faast()`, in the names and tags of everything it creates. */
export interface JobIdentity {
  /** A UUID. */
  readonly id: string;
  /** `faast-<uuid>`, the name of whatever can be named. */
  readonly name: string;
  readonly createdAt: Date;
}

/** A deployed job. */
export interface Deployment {
  readonly limits: TransportLimits;
  /** The module's functions by export key, where `DeploySpec.needsFunctions` asked for them. */
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  /**
   * Sends one attempt of a call on its way and its frames back, in any order.
   *
   * Resolves when the transport has no more to do for the call; frames may follow where the transport
   * is a queue (see `TransportLimits.framesFollow`). Rejects when the call could not be delivered: that is an infrastructure failure, which
   * the engine retries.
   */
  invoke(invocation: Invocation): Promise<void>;
  /** Where the output of the functions is to be read: of all, or of one execution. */
  logUrl(detail?: ExecutionDetail): string;
  /** The cost so far. Synchronous, since ceilings depend on it. */
  estimateCost(stats: FunctionStats): CostMetric[];
  /** How the job's lease is renewed while its client runs; without it, leases are not renewed. */
  readonly lease?: DeploymentLease;
  /** Removes what the job created. May be called again, with other options; what is gone stays gone. */
  close(options: Required<CleanupOptions>): Promise<void>;
}

/** The one lease of a job, by which collectors know that it is alive. */
export interface DeploymentLease {
  /** Milliseconds between two renewals: a small part of the lease, at a rate that the service permits. */
  readonly interval: number;
  /** Renews it. A failure is logged, and the next one tried in time. */
  renew(): Promise<void>;
}

/** One attempt of a call, as the transport sees it. */
export interface Invocation {
  readonly request: EncodedCall;
  /**
   * Fires when the attempt is over: it has its last frame, or the engine has given it up. Nothing that
   * arrives later is looked at.
   */
  readonly signal: AbortSignal;
  /** Whether `signal` has fired, or would have: asking this costs nothing. */
  readonly over: boolean;
  /** Takes a frame of this attempt. */
  receive(frame: Frame): void;
  /**
   * Ends the attempt without a frame: the transport has learned that none will come (the platform says
   * that the execution failed, or takes no more calls).
   */
  fail(code: FailureCode, message: string): void;
  /**
   * Gives the call back: it has not been begun, and is the next in the queue again. For calls that came
   * beyond `concurrency` (see `TransportLimits.ahead`). False if that cannot be done.
   */
  defer(): boolean;
  /** Where the transport wants control messages delivered; those sent before arrive at once, in order. */
  onControl(listener: (message: ControlMessage) => void): void;
}

/** What the transport can carry. */
export interface TransportLimits {
  /**
   * Functions run in this very process, so that memory can be shared with them: the `attachments` of
   * requests, frames and control messages get there as they are, ports and moved buffers with
   * `postMessage`'s list of what it transfers. Default: false, and there are none.
   */
  readonly sharesMemory?: boolean;
  /** Milliseconds that a worker may take to start, beyond the `timeout` of its first call. */
  readonly startupTime: number;
  /**
   * Milliseconds by which an attempt may be silent beyond its `timeout` before it is given up: more where
   * a debugger may hold it. Asked for whenever time begins to count. Default: 5,000.
   */
  readonly silenceGrace?: number | undefined;
  /**
   * False where no frame follows once `invoke()` has resolved, as where the answer to a request carries
   * them all: an attempt without its last frame is lost then, and is not waited for. Default: true.
   */
  readonly framesFollow?: boolean;
  /**
   * Calls that the transport takes beyond `concurrency` just now, as where a worker is sent its next call
   * while it runs one that is over at once. What it cannot begin soon, it gives back: `defer()`. Asked for
   * whenever calls wait. Default: 0.
   */
  readonly ahead?: number;
  /**
   * Milliseconds by which later frames of an attempt may overtake an earlier one; after that, the
   * earlier one is lost, and so is the attempt. Default: 30,000.
   */
  readonly overtakingTime?: number;
}
