import { CostMetric } from "@faast/core";
import {
  packCall,
  unpackFrame,
  type CleanupOptions,
  type Deployment,
  type DeploymentLease,
  type ExecutionDetail,
  type FunctionKind,
  type FunctionStats,
  type Invocation,
  type JsonCall,
  type PayloadRoute,
  type TransportLimits,
} from "@faast/core/provider";
import type { ControlQueue } from "./control-queues.js";
import { Delivery } from "./delivery.js";
import { isRefusal } from "./infra/aws-failure.js";
import { directInlineLimit } from "./inline-limit.js";
import type { InvocationOutcome } from "./invocation/invocation-outcome.js";
import type { JobInfrastructure } from "./job-infrastructure.js";
import { isOurs, type LambdaEvent, type LambdaResponse } from "./lambda-message.js";
import { RENEWAL_INTERVAL } from "./leftovers/job-lease.js";
import { logGroupUrl } from "./log-url.js";
import { QueuedFrames, receiveFrame } from "./reply-queue.js";

const SYNC_INLINE_LIMIT = directInlineLimit();

/** What a direct invocation has beside its call, if that is a stream. */
type Queues = Partial<Pick<LambdaEvent, "replyQueue" | "controlQueue" | "inlineLimit">>;

/** A deployed job on AWS: one function, and queues and a bucket where calls need them. */
export class AwsDeployment implements Deployment {
  readonly limits: TransportLimits;
  readonly functions?: ReadonlyMap<string, FunctionKind>;
  readonly lease: DeploymentLease = {
    interval: RENEWAL_INTERVAL,
    renew: () => this.infrastructure.renewLease(),
  };
  private readonly infrastructure: JobInfrastructure;
  /** Functions that have turned out to be streams. */
  private readonly streams = new Set<string>();
  private abandoned = 0;

  constructor(
    infrastructure: JobInfrastructure,
    functions: ReadonlyMap<string, FunctionKind> | undefined,
  ) {
    this.infrastructure = infrastructure;
    this.limits = { startupTime: infrastructure.startupTime };
    if (functions !== undefined) this.functions = functions;
  }

  async invoke(invocation: Invocation): Promise<void> {
    const delivery = new Delivery(invocation);
    try {
      await this.deliver(delivery);
    } catch (error) {
      undelivered(delivery, error);
      throw error;
    }
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

  private async deliver(delivery: Delivery): Promise<void> {
    const { request } = delivery;
    const stream = request.stream || this.streams.has(request.functionName);
    if (stream) return this.invokeStream(delivery);
    if (this.infrastructure.mode === "queue") return this.invokeByQueue(delivery);
    const response = await this.invokeDirectly(delivery, {});
    if (response?.needsStream === true) {
      this.streams.add(request.functionName);
      return this.invokeStream(delivery);
    }
  }

  /** Frames come by the reply queue, and control messages go by a queue of the stream's own. */
  private async invokeStream(delivery: Delivery): Promise<void> {
    if (delivery.signal.aborted) return;
    const { infrastructure } = this;
    const acquired = infrastructure.controlQueues.acquire((reason) =>
      delivery.fail("lost", reason),
    );
    acquired.catch(() => undefined); // it is waited for below
    const replies = await infrastructure.replies().catch((error: unknown) => {
      acquired.then((queue) => queue.release()).catch(() => undefined);
      throw error;
    });
    const queued = new QueuedFrames(replies.router, delivery);
    const forget = () => queued.close();
    // From now on, since the queue may be one that a stream before lets go by its last frame.
    if (infrastructure.mode === "https" && infrastructure.responseStreams.proven) queued.pause();
    else queued.expect();
    const control = await acquired.catch((error: unknown) => {
      forget();
      throw error;
    });
    if (delivery.signal.aborted) {
      forget();
      return control.release();
    }
    delivery.onceSettled(forget);
    // The function has stopped listening before it sends its last frame. One that dies without may still
    // take messages, by its last wait for them.
    delivery.onLastFrame(() => control.release());
    delivery.onRefusal(() => control.release());
    delivery.signal.addEventListener("abort", () => control.abandon(), { once: true });
    delivery.onControl((message) => control.send(message));
    if (infrastructure.mode === "queue") return this.dispatch(delivery, replies.url, control);
    const queues = {
      replyQueue: replies.url,
      controlQueue: control.url,
      inlineLimit: infrastructure.queueInlineLimit,
    };
    if (infrastructure.responseStreams.available) {
      const outcome = await this.invokeStreaming(delivery, queued, queues);
      if (outcome !== "refused") return;
    }
    queued.expect();
    await this.invokeDirectly(delivery, queues);
  }

  /** Frames come by the response, where that can be had and as long as it has room. */
  private async invokeStreaming(
    delivery: Delivery,
    queued: QueuedFrames,
    queues: Queues,
  ): Promise<"refused" | undefined> {
    const { blobs, responseStreams } = this.infrastructure;
    const taken: Promise<void>[] = [];
    const outcome = await responseStreams.invoke({
      payload: JSON.stringify({ ...(await this.eventOf(delivery, queues)), streamResponse: true }),
      delivery,
      onMessage: ({ frames, streaming, restByQueue }) => {
        if (streaming === true) queued.pause();
        if (restByQueue === true) queued.expect();
        // One that is fetched is overtaken by others: the engine puts them in order.
        for (const each of frames) taken.push(receiveFrame(delivery, each, blobs));
      },
    });
    await Promise.all(taken);
    if (outcome === "refused") return outcome;
    if (outcome !== undefined) delivery.fail(outcome.code, outcome.message);
    return undefined;
  }

  private async invokeByQueue(delivery: Delivery): Promise<void> {
    const replies = await this.infrastructure.replies();
    if (delivery.signal.aborted) return;
    const forget = replies.router.expect(delivery, () => {
      this.streams.add(delivery.request.functionName);
      this.invokeStream(delivery).catch((error: unknown) => {
        undelivered(delivery, error);
        delivery.fail("lost", error instanceof Error ? error.message : String(error));
      });
    });
    delivery.signal.addEventListener("abort", forget, { once: true });
    await this.dispatch(delivery, replies.url);
  }

  /** A plain call does not listen: given up, it goes on to its end, and is billed. */
  private countAbandoned({ abandoned, request }: Delivery): void {
    abandoned.throwIfAborted();
    abandoned.addEventListener("abort", () => {
      if (!this.streams.has(request.functionName)) this.abandoned++;
    });
  }

  private async dispatch(delivery: Delivery, replyQueue: string, control?: ControlQueue) {
    const { infrastructure } = this;
    const inlineLimit = infrastructure.queueInlineLimit;
    const payloadOf = async (callLimit: number) => {
      const route = { inlineLimit: callLimit, blobs: infrastructure.blobs };
      const event: LambdaEvent = {
        faast: 1,
        call: await this.pack(delivery, route),
        inlineLimit,
        replyQueue,
        ...(control === undefined ? {} : { controlQueue: control.url }),
      };
      return JSON.stringify(event);
    };
    if (control === undefined) this.countAbandoned(delivery);
    const refused = await infrastructure.dispatch(payloadOf, delivery.abandoned);
    if (refused !== undefined) delivery.fail(refused, "Lambda did not take the call");
  }

  /** What is stored of a request is kept until its attempt is over: it may be delivered twice. */
  private async pack({ request, signal }: Delivery, route: PayloadRoute): Promise<JsonCall> {
    const call = await packCall(request, route);
    if ("blob" in call.args) {
      const { blob } = call.args;
      const discard = () => this.infrastructure.blobs.discard(blob);
      if (signal.aborted) discard();
      else signal.addEventListener("abort", discard, { once: true });
    }
    return call;
  }

  /** What a direct invocation is given. */
  private async eventOf(delivery: Delivery, queues: Queues): Promise<LambdaEvent> {
    const { blobs } = this.infrastructure;
    const call = await this.pack(delivery, { inlineLimit: SYNC_INLINE_LIMIT, blobs });
    return { faast: 1, call, inlineLimit: SYNC_INLINE_LIMIT, ...queues };
  }

  private async invokeDirectly(
    delivery: Delivery,
    queues: Queues,
  ): Promise<LambdaResponse | undefined> {
    const { blobs } = this.infrastructure;
    const event = await this.eventOf(delivery, queues);
    if (queues.controlQueue === undefined) this.countAbandoned(delivery);
    let outcome: InvocationOutcome;
    try {
      outcome = await this.infrastructure.invoke(JSON.stringify(event), delivery.abandoned);
    } catch (error) {
      if (delivery.abandoned.aborted) return undefined;
      // The execution goes on, and so do its frames, which come by the queue.
      if (queues.replyQueue !== undefined && delivery.heard) return undefined;
      throw error;
    }
    if ("failure" in outcome) {
      delivery.fail(outcome.failure.code, outcome.failure.message);
      return undefined;
    }
    const response: unknown = JSON.parse(outcome.payload);
    if (!isOurs<LambdaResponse>(response)) {
      delivery.fail("lost", "the function's answer is not one of ours");
      return undefined;
    }
    for (const each of response.frames) delivery.receive(await unpackFrame(each, blobs));
    return response;
  }
}

/** Notes what it tells of an execution that its delivery has failed. */
function undelivered(delivery: Delivery, error: unknown): void {
  if (isRefusal(error, "lambda:Invoke") || isRefusal(error, "sns:Publish")) delivery.refuse();
}
