import { CostMetric } from "@faast/core";
import type {
  CleanupOptions,
  Deployment,
  DeploymentLease,
  ExecutionDetail,
  FunctionKind,
  FunctionStats,
  Invocation,
  TransportLimits,
} from "@faast/core/provider";
import { CallSender, neverBegan } from "./call-sender.js";
import { Delivery } from "./delivery.js";
import type { JobInfrastructure } from "./job-infrastructure.js";
import { RENEWAL_INTERVAL } from "./leftovers/job-lease.js";
import { logGroupUrl } from "./log-url.js";
import { StreamCalls } from "./stream-calls.js";

/** A deployed job on AWS: one function, and queues and a bucket where calls need them. */
export class AwsDeployment implements Deployment {
  readonly limits: TransportLimits;
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  readonly lease: DeploymentLease = {
    interval: RENEWAL_INTERVAL,
    renew: () => this.infrastructure.renewLease(),
  };
  private readonly infrastructure: JobInfrastructure;
  private readonly sender: CallSender;
  private readonly streamCalls: StreamCalls;
  /** Functions that have turned out to be streams. */
  private readonly streams = new Set<string>();
  private abandoned = 0;

  constructor(
    infrastructure: JobInfrastructure,
    functions: ReadonlyMap<string, FunctionKind> | undefined,
  ) {
    this.infrastructure = infrastructure;
    this.sender = new CallSender(infrastructure);
    this.streamCalls = new StreamCalls(infrastructure, this.sender);
    this.limits = { startupTime: infrastructure.startupTime };
    if (functions !== undefined) this.functions = functions;
  }

  async invoke(invocation: Invocation): Promise<void> {
    const { functionName, stream } = invocation.request;
    if (stream || this.streams.has(functionName)) return this.invokeStream(invocation);
    const delivery = new Delivery(invocation);
    // A plain call does not listen: given up, it goes on to its end, and is billed.
    delivery.abandoned.addEventListener("abort", () => this.abandoned++, { once: true });
    try {
      if (this.infrastructure.mode === "queue")
        return await this.invokeByQueue(delivery, invocation);
      const response = await this.sender.invoke(delivery);
      if (response?.needsStream !== true) return;
    } catch (error) {
      if (neverBegan(error)) delivery.refuse();
      throw error;
    }
    await this.invokeAgain(delivery, invocation);
  }

  logUrl(detail?: ExecutionDetail): string {
    return detail?.logUrl ?? logGroupUrl(this.infrastructure);
  }

  estimateCost(stats: FunctionStats): CostMetric[] {
    return [
      new CostMetric({
        name: "functionCallRequests",
        pricing: 0,
        unit: "request",
        measured: stats.invocations + stats.retries,
        comment: "prices come with a later version",
        informationalOnly: true,
      }),
      new CostMetric({
        name: "abandonedInvocations",
        pricing: 0,
        unit: "invocation",
        measured: this.abandoned,
        comment: "given up by the caller, and billed until they end",
        informationalOnly: true,
      }),
    ];
  }

  close(options: Required<CleanupOptions>): Promise<void> {
    return this.infrastructure.close(options);
  }

  private invokeStream(invocation: Invocation): Promise<void> {
    return this.streamCalls.invoke(new Delivery(invocation));
  }

  /** Makes a call again, as a stream: that is what has turned out. */
  private invokeAgain(delivery: Delivery, invocation: Invocation): Promise<void> {
    delivery.finish();
    this.streams.add(delivery.request.functionName);
    return this.invokeStream(invocation);
  }

  private async invokeByQueue(delivery: Delivery, invocation: Invocation): Promise<void> {
    const replies = await this.infrastructure.replies();
    if (delivery.signal.aborted) return;
    const forget = replies.router.expect(delivery, () => {
      forget(); // SQS may deliver a message twice
      this.invokeAgain(delivery, invocation).catch((error: unknown) =>
        delivery.fail("lost", error instanceof Error ? error.message : String(error)),
      );
    });
    delivery.signal.addEventListener("abort", forget, { once: true });
    await this.sender.dispatch(delivery, { replyQueue: replies.url });
  }
}
