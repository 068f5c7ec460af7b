import type { CostMetric } from "@faast/core";
import type {
  CleanupOptions,
  ControlMessage,
  Deployment,
  DeploymentLease,
  EncodedCall,
  ExecutionDetail,
  FailureCode,
  Frame,
  FunctionKind,
  FunctionStats,
  Invocation,
  TransportLimits,
} from "@faast/core/provider";
import type { CloudLimits } from "./cloud-limits.js";
import { SimulatedFleet } from "./simulated-fleet.js";

/** A deployment that refuses what a cloud would refuse. */
export class SimulatedCloud implements Deployment {
  readonly limits: TransportLimits;
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  readonly lease?: DeploymentLease;
  private readonly deployment: Deployment;
  private readonly cloud: CloudLimits;
  private readonly fleet: SimulatedFleet;

  constructor(deployment: Deployment, cloud: CloudLimits) {
    this.deployment = deployment;
    this.limits = deployment.limits;
    if (deployment.functions !== undefined) this.functions = deployment.functions;
    if (deployment.lease !== undefined) this.lease = deployment.lease;
    this.cloud = cloud;
    this.fleet = new SimulatedFleet(cloud);
  }

  invoke(invocation: Invocation): Promise<void> {
    const { signal } = invocation;
    if (signal.aborted) return Promise.resolve();
    const tooLarge = oversize("the arguments", invocation.request.args, this.cloud);
    if (tooLarge !== undefined) {
      invocation.fail("serialization", tooLarge);
      return Promise.resolve();
    }
    const reason = this.fleet.take();
    if (reason !== undefined) {
      invocation.fail("throttled", `the call was throttled: ${reason}`);
      return Promise.resolve();
    }
    signal.addEventListener("abort", () => this.fleet.giveBack(), { once: true });
    return this.deployment.invoke(new CloudInvocation(invocation, this.cloud));
  }

  logUrl(detail?: ExecutionDetail): string {
    return this.deployment.logUrl(detail);
  }

  estimateCost(stats: FunctionStats): CostMetric[] {
    return this.deployment.estimateCost(stats);
  }

  close(options: Required<CleanupOptions>): Promise<void> {
    return this.deployment.close(options);
  }
}

/** One attempt of a call in a simulated cloud. */
class CloudInvocation implements Invocation {
  readonly request: EncodedCall;
  readonly signal: AbortSignal;
  /** Milliseconds; the worker's supervisor asks for it. */
  readonly platformTimeout?: number;
  private readonly invocation: Invocation;
  private readonly cloud: CloudLimits;
  private listener: ((message: ControlMessage) => void) | undefined;

  constructor(invocation: Invocation, cloud: CloudLimits) {
    this.invocation = invocation;
    this.request = invocation.request;
    this.signal = invocation.signal;
    this.cloud = cloud;
    if (cloud.timeoutLimit !== undefined) this.platformTimeout = cloud.timeoutLimit * 1000;
  }

  get over(): boolean {
    return this.invocation.over;
  }

  defer(): boolean {
    return this.invocation.defer();
  }

  receive(frame: Frame): void {
    const isResult = frame.type === "result" || frame.type === "yield";
    const what = frame.type === "yield" ? "an item of the stream" : "the result";
    const tooLarge = isResult ? oversize(what, frame.value, this.cloud) : undefined;
    if (tooLarge === undefined) return this.invocation.receive(frame);
    this.fail("serialization", tooLarge);
    // A stream would go on; nobody listens any more.
    const { call, attempt } = this.request;
    if (frame.type === "yield")
      this.listener?.({ type: "cancel", call, attempt, sequence: Number.MAX_SAFE_INTEGER });
  }

  fail(code: FailureCode, message: string): void {
    this.invocation.fail(code, message);
  }

  onControl(listener: (message: ControlMessage) => void): void {
    this.listener = listener;
    this.invocation.onControl(listener);
  }
}

/** Says that something is too large; undefined if it is not. */
function oversize(
  what: string,
  { byteLength }: Uint8Array,
  { payloadLimit = Infinity }: CloudLimits,
): string | undefined {
  if (byteLength <= payloadLimit) return undefined;
  return `${what}: ${byteLength} bytes as they travel, of which the simulated cloud carries ${payloadLimit} at most (payloadLimit)`;
}
