import { unpackControl, type BlobStore, type ControlMessage } from "@faast/core/worker";
import type { ControlEnvelope } from "../control-message.js";
import { isOurs, parsed } from "../lambda-message.js";
import { QueueGoneError, sendMessage, takeMessages } from "./queue-client.js";

/** Seconds that one wait for control messages lasts: SQS's maximum. */
const WAIT = 20;

/** Milliseconds before another try, when a wait for messages has failed. */
const RETRY_DELAY = 500;

/** Tries until a queue that is not to be found has gone: one just made may not be seen everywhere yet. */
const GONE_TRIES = 10;

/** The attempt that listens. */
export interface Listening {
  readonly queueUrl: string;
  readonly call: string;
  readonly attempt: number;
  /** Names this execution, once the caller can have heard of it. */
  readonly run: () => string | undefined;
  /** Where values are that no message could carry. */
  readonly blobs: BlobStore;
  readonly deliver: (message: ControlMessage) => void;
  /** Told when a message cannot be read: the stream would wait for it for ever. */
  readonly onFailure: (reason: string) => void;
}

/** Hands the messages of a control queue on until it is closed. */
export class ControlListener {
  private readonly listening: Listening;
  private readonly loop: Promise<void>;
  private closed = false;

  constructor(listening: Listening) {
    this.listening = listening;
    this.loop = this.listen();
  }

  /**
   * Ends the listening. The wait that is under way is ended by a message and not by breaking it off: a
   * message that came just then would be lost for whoever uses the queue next.
   */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const { queueUrl } = this.listening;
    // Without that message, the wait ends by itself.
    await sendMessage(queueUrl, JSON.stringify({ faast: 1, messages: [] })).catch(() => undefined);
    await this.loop;
  }

  /** Never rejects. */
  private async listen(): Promise<void> {
    const { queueUrl, call, attempt, deliver } = this.listening;
    let misses = 0;
    while (!this.closed) {
      try {
        for (const { Body } of await takeMessages(queueUrl, WAIT)) this.hand(Body);
        misses = 0;
      } catch (error) {
        if (error instanceof QueueGoneError && ++misses === GONE_TRIES) {
          // The job has been cleaned up: nobody waits for this stream any more.
          deliver({ type: "cancel", call, attempt, sequence: 0 });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      }
    }
  }

  /** Whether the call has been delivered twice, and the caller follows the other execution. */
  private isForAnother({ run, messages }: ControlEnvelope): boolean {
    if (run === undefined || run === this.listening.run()) return false;
    const { call, attempt } = this.listening;
    return messages.some((each) => each.call === call && each.attempt === attempt);
  }

  /** Gives back what is for the other execution, and ends this one, which nobody follows. */
  private makeWay(body: string): void {
    const { queueUrl, call, attempt, deliver } = this.listening;
    this.closed = true;
    // Without it, the other one is found by the deadline.
    sendMessage(queueUrl, body).catch(() => undefined);
    deliver({ type: "cancel", call, attempt, sequence: 0 });
  }

  private hand(body: string): void {
    const { call, attempt, blobs, deliver, onFailure } = this.listening;
    const envelope = parsed(body);
    if (!isOurs<ControlEnvelope>(envelope)) return;
    if (this.isForAnother(envelope)) return this.makeWay(body);
    for (const message of envelope.messages) {
      // What was late for the stream that had the queue before is not for this one.
      if (message.call !== call || message.attempt !== attempt) continue;
      // One that is fetched is overtaken by others: whoever takes them puts them in order.
      unpackControl(message, blobs).then(deliver, (error: unknown) =>
        onFailure(error instanceof Error ? error.message : String(error)),
      );
    }
  }
}
