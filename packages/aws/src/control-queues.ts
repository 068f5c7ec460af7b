import type { ControlMessage } from "@faast/core/provider";
import type { ControlEnvelope, JsonControl } from "./worker/control-listener.js";

/** What control queues need of SQS. */
export interface MessageSink {
  /** Makes a queue; resolves with its URL. */
  create(index: number): Promise<string>;
  send(queueUrl: string, body: string): Promise<void>;
}

/** Queues for what goes up to streams: made when first needed, used again, one stream at a time. */
export class ControlQueues {
  private readonly sink: MessageSink;
  private readonly idle: string[] = [];
  private readonly busy = new Set<ControlQueue>();
  private made = 0;

  constructor(sink: MessageSink) {
    this.sink = sink;
  }

  /** @param onFailure - told when a message could not be sent: the stream would wait for ever. */
  async acquire(onFailure: (reason: string) => void): Promise<ControlQueue> {
    const url = this.idle.pop() ?? (await this.sink.create(this.made++));
    const onReleased = () => {
      if (this.busy.delete(queue)) this.idle.push(url);
    };
    const queue = new ControlQueue(url, this.sink, { onReleased, onFailure });
    this.busy.add(queue);
    return queue;
  }

  /** Resolves when what was to be sent has been sent. */
  async flush(): Promise<void> {
    await Promise.all([...this.busy].map((queue) => queue.flush()));
  }
}

interface ControlQueueEvents {
  onReleased(): void;
  onFailure(reason: string): void;
}

/** The way up to one stream. */
export class ControlQueue {
  readonly url: string;
  private readonly sink: MessageSink;
  private readonly events: ControlQueueEvents;
  private waiting: JsonControl[] = [];
  private sending: Promise<void> | undefined;

  constructor(url: string, sink: MessageSink, events: ControlQueueEvents) {
    this.url = url;
    this.sink = sink;
    this.events = events;
  }

  send(message: ControlMessage): void {
    this.waiting.push(jsonOf(message));
    this.sending ??= this.drain();
  }

  /**
   * Nobody listens to it any more, so that another stream may have it. What is still being sent is not
   * for that one, and passed over there.
   */
  release(): void {
    this.events.onReleased();
  }

  /** Resolves when what was to be sent has been sent. */
  async flush(): Promise<void> {
    await this.sending;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const envelope: ControlEnvelope = { faast: 1, messages: this.waiting };
      this.waiting = [];
      await this.sink.send(this.url, JSON.stringify(envelope)).catch((error: unknown) => {
        this.events.onFailure(error instanceof Error ? error.message : String(error));
      });
    }
    this.sending = undefined; // in the same turn as the last look
  }
}

function jsonOf(message: ControlMessage): JsonControl {
  if (!("value" in message)) return message;
  const { buffer, byteOffset, byteLength } = message.value;
  return { ...message, value: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}
