import { packCall, unpackFrame, type JsonCall, type PayloadRoute } from "@faast/core/provider";
import type { Delivery } from "./delivery.js";
import { hasAwsCode, isRefusal } from "./infra/aws-failure.js";
import { directInlineLimit } from "./inline-limit.js";
import type { InvocationOutcome } from "./invocation/invocation-outcome.js";
import type { JobInfrastructure } from "./job-infrastructure.js";
import { isOurs, type LambdaEvent, type LambdaResponse } from "./lambda-message.js";

/** Bytes of payload, before base64, that a direct invocation and its response may carry. */
const DIRECT_LIMIT = directInlineLimit();

/** What a direct invocation has beside its call, if that is a stream. */
export type StreamQueues = Required<
  Pick<LambdaEvent, "replyQueue" | "controlQueue" | "inlineLimit">
>;

/** The queues of a call whose frames come by the queue. */
export interface CallQueues {
  /** URL. */
  readonly replyQueue: string;
  /** URL, for a stream. */
  readonly controlQueue?: string;
}

/** How connections fail that were never made. */
const unreachable = ["EAI_AGAIN", "ECONNREFUSED", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"];

/** Sends calls to a job's function, of every kind and by every way. */
export class CallSender {
  private readonly infrastructure: JobInfrastructure;

  constructor(infrastructure: JobInfrastructure) {
    this.infrastructure = infrastructure;
  }

  /** What a direct invocation is given. */
  async directEvent(delivery: Delivery, queues?: StreamQueues): Promise<LambdaEvent> {
    const { blobs } = this.infrastructure;
    const call = await this.pack(delivery, { inlineLimit: DIRECT_LIMIT, blobs });
    return { faast: 1, call, inlineLimit: DIRECT_LIMIT, ...queues };
  }

  /**
   * Invokes the function, and hands on what it answers. Undefined: it has not answered, and the attempt knows.
   *
   * @throws what the transport throws: the call may not have been delivered.
   */
  async invoke(delivery: Delivery, queues?: StreamQueues): Promise<LambdaResponse | undefined> {
    const { blobs } = this.infrastructure;
    const event = await this.directEvent(delivery, queues);
    if (!delivery.depart()) return undefined;
    let outcome: InvocationOutcome;
    try {
      outcome = await this.infrastructure.invoke(JSON.stringify(event), delivery.abandoned);
    } catch (error) {
      if (delivery.abandoned.aborted) return undefined;
      // The execution goes on, and so do its frames, which come by the queue.
      if (queues !== undefined && delivery.heard) return undefined;
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

  /**
   * Starts the function without waiting for it.
   *
   * @throws what the transport throws: the call may not have been delivered.
   */
  async dispatch(delivery: Delivery, queues: CallQueues): Promise<void> {
    const { infrastructure } = this;
    const { blobs, queueInlineLimit: inlineLimit } = infrastructure;
    const payloadOf = async (callLimit: number) => {
      const call = await this.pack(delivery, { inlineLimit: callLimit, blobs });
      const event: LambdaEvent = { faast: 1, call, inlineLimit, ...queues };
      const payload = JSON.stringify(event);
      if (!delivery.depart()) delivery.signal.throwIfAborted();
      return payload;
    };
    const refused = await infrastructure
      .dispatch(payloadOf, delivery.abandoned)
      .catch((error: unknown) => {
        if (!delivery.signal.aborted) throw error;
      });
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
}

/** Whether what failed so has surely not begun. */
export function neverBegan(error: unknown): boolean {
  if (isRefusal(error, "lambda:Invoke") || isRefusal(error, "sns:Publish")) return true;
  return hasAwsCode(error, ...unreachable);
}
