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
  private made = 0;

  constructor(sink: MessageSink) {
    this.sink = sink;
  }

  async acquire(): Promise<ControlQueue> {
    const url = this.idle.pop() ?? (await this.sink.create(this.made++));
    return new ControlQueue(url, this.sink, () => this.idle.push(url));
  }
}

/** The way up to one stream. */
export class ControlQueue {
  readonly url: string;
  private readonly sink: MessageSink;
  private readonly onReleased: () => void;
  private waiting: JsonControl[] = [];
  private sending: Promise<void> | undefined;
  private cancelled = false;

  constructor(url: string, sink: MessageSink, onReleased: () => void) {
    this.url = url;
    this.sink = sink;
    this.onReleased = onReleased;
  }

  send(message: ControlMessage): void {
    this.waiting.push(jsonOf(message));
    if (message.type === "cancel") this.cancelled = true;
    this.sending ??= this.drain();
  }

  /** The stream is over. Another may have the queue, unless the function may still listen to it. */
  async release(): Promise<void> {
    await this.sending;
    if (!this.cancelled) this.onReleased();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const envelope: ControlEnvelope = { faast: 1, messages: this.waiting };
      this.waiting = [];
      // What cannot be sent is found by the deadline of the call.
      await this.sink.send(this.url, JSON.stringify(envelope)).catch(() => undefined);
    }
    this.sending = undefined; // in the same turn as the last look
  }
}

function jsonOf(message: ControlMessage): JsonControl {
  if (!("value" in message)) return message;
  const { buffer, byteOffset, byteLength } = message.value;
  return { ...message, value: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}
