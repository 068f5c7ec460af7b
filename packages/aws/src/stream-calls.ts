import type { CallSender, StreamQueues } from "./call-sender.js";
import { neverBegan } from "./call-sender.js";
import type { ControlQueue } from "./control-queues.js";
import type { Delivery } from "./delivery.js";
import type { JobInfrastructure } from "./job-infrastructure.js";
import { QueuedFrames, receiveFrame } from "./reply-queue.js";

/** A stream on its way, and how its frames come. */
interface StreamDelivery {
  readonly delivery: Delivery;
  readonly queued: QueuedFrames;
  /** URL. */
  readonly replyQueue: string;
}

/**
 * Calls of functions that give streams. Frames come by the response, or by the reply queue; control messages
 * go by a queue of the stream's own.
 */
export class StreamCalls {
  private readonly infrastructure: JobInfrastructure;
  private readonly sender: CallSender;

  constructor(infrastructure: JobInfrastructure, sender: CallSender) {
    this.infrastructure = infrastructure;
    this.sender = sender;
  }

  /** @throws what the transport throws: the call may not have been delivered. */
  async invoke(delivery: Delivery): Promise<void> {
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
    // From now on, since the queue may be one that a stream before lets go by its last frame.
    if (infrastructure.mode === "https" && infrastructure.responseStreams.proven) queued.pause();
    else queued.expect();
    delivery.onceSettled(() => queued.close());
    const control = await acquired;
    if (delivery.signal.aborted) return control.release();
    try {
      await this.invokeWith(control, { delivery, queued, replyQueue: replies.url });
    } catch (error) {
      if (neverBegan(error)) delivery.refuse();
      throw error;
    }
  }

  private async invokeWith(control: ControlQueue, stream: StreamDelivery): Promise<void> {
    const { infrastructure, sender } = this;
    const { delivery, queued, replyQueue } = stream;
    // One that is given up may have begun: its last frame is taken, if it comes in time.
    const forgetLater = () => setTimeout(() => queued.close(), infrastructure.streamGrace).unref();
    delivery.abandoned.addEventListener("abort", forgetLater, { once: true });
    // The function has stopped listening before it sends its last frame. One that dies without may still
    // take messages, by its last wait for them.
    delivery.onLastFrame(() => control.release());
    delivery.onRefusal(() => control.release());
    delivery.signal.addEventListener("abort", () => control.abandon(), { once: true });
    delivery.onControl((message) => control.send(message, delivery.followed));
    const controlQueue = control.url;
    if (infrastructure.mode === "queue")
      return sender.dispatch(delivery, { replyQueue, controlQueue });
    const queues = { replyQueue, controlQueue, inlineLimit: infrastructure.queueInlineLimit };
    if (infrastructure.responseStreams.available) {
      const outcome = await this.invokeStreaming(delivery, queued, queues);
      if (outcome !== "refused") return;
    }
    queued.expect();
    await sender.invoke(delivery, queues);
  }

  /** Frames come by the response, where that can be had and as long as it has room. */
  private async invokeStreaming(
    delivery: Delivery,
    queued: QueuedFrames,
    queues: StreamQueues,
  ): Promise<"refused" | undefined> {
    const { blobs, responseStreams } = this.infrastructure;
    const taken: Promise<void>[] = [];
    const event = { ...(await this.sender.directEvent(delivery, queues)), streamResponse: true };
    const outcome = await responseStreams.invoke({
      payload: JSON.stringify(event),
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
}
