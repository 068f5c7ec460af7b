import { unpackFrame, type BlobStore, type Invocation } from "@faast/core/provider";
import { isAccessDenied } from "./infra/aws-failure.js";
import { failureCode } from "./invocation/invocation-outcome.js";
import { eventsOf, isOurs, parsed, type ReplyMessage } from "./lambda-message.js";

/** What the reply queue needs of SQS. */
export interface MessageSource {
  /** Waits for messages, at most 20 seconds, and takes them from the queue. */
  receive(signal: AbortSignal): Promise<readonly string[]>;
}

interface Waiting {
  readonly invocation: Invocation;
  readonly onStream: (() => void) | undefined;
}

/** Milliseconds before another try, when a wait for messages has failed. */
const RETRY_DELAY = 500;

/** Hands the frames of the reply queue to the attempts that wait for them. */
export class ReplyRouter {
  private readonly source: MessageSource;
  private readonly blobs: BlobStore;
  private readonly waiting = new Map<string, Waiting>();
  private readonly stop = new AbortController();
  private polling: Promise<void> | undefined;

  constructor(source: MessageSource, blobs: BlobStore) {
    this.source = source;
    this.blobs = blobs;
  }

  /**
   * Hands frames to an attempt until the result is called.
   *
   * @param onStream - told that the call is a stream, and must be made again as such.
   */
  expect(invocation: Invocation, onStream?: () => void): () => void {
    const key = keyOf(invocation.request);
    this.waiting.set(key, { invocation, onStream });
    // Not in this turn: it may have nothing to wait for, and be over before it is known.
    this.polling ??= Promise.resolve().then(() => this.poll());
    return () => {
      if (this.waiting.get(key)?.onStream === onStream) this.waiting.delete(key);
    };
  }

  /** Ends the waiting for messages. */
  async close(): Promise<void> {
    this.waiting.clear();
    this.stop.abort();
    await this.polling;
  }

  /** Whether anyone waits, other than for the end of what has been given up. */
  private get awaited(): boolean {
    for (const { invocation } of this.waiting.values()) if (!invocation.signal.aborted) return true;
    return false;
  }

  private async poll(): Promise<void> {
    const { signal } = this.stop;
    while (this.awaited && !signal.aborted) {
      try {
        const bodies = await this.source.receive(signal);
        await Promise.all(bodies.map((body) => this.route(body)));
      } catch (error) {
        if (isAccessDenied(error)) this.failAll(error.message);
        // Else throttled, or out of reach for a while: the engine's deadline bounds how long.
        if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      }
    }
    // In the same turn as the last look: whoever waits from now on starts anew.
    this.polling = undefined;
  }

  /** Replies cannot be had: whoever waits for one learns why. */
  private failAll(reason: string): void {
    for (const { invocation } of [...this.waiting.values()]) invocation.fail("lost", reason);
  }

  /** Never rejects: what one message is about must not keep others waiting. */
  private async route(body: string): Promise<void> {
    const message = parsed(body);
    if (!isOurs<ReplyMessage>(message)) return this.routeFailure(message);
    if (message.needsStream !== undefined) {
      this.waiting.get(keyOf(message.needsStream))?.onStream?.();
      return;
    }
    for (const each of message.frames) {
      const invocation = this.waiting.get(keyOf(each))?.invocation;
      if (invocation === undefined) continue;
      try {
        invocation.receive(await unpackFrame(each, this.blobs));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        invocation.fail("lost", `a part of the answer could not be read: ${reason}`);
      }
    }
  }

  /** An asynchronous invocation that failed: Lambda sends its event, and what became of it. */
  private routeFailure(message: unknown): void {
    const { requestPayload, requestContext, responsePayload } = (message ?? {}) as {
      requestPayload?: unknown;
      requestContext?: { condition?: string };
      responsePayload?: { errorMessage?: string; errorType?: string };
    };
    const events = eventsOf(requestPayload);
    const condition = requestContext?.condition ?? "failed";
    const reason = responsePayload?.errorMessage ?? condition;
    const code =
      condition === "EventAgeExceeded" ? "throttled" : failureCode(responsePayload?.errorType);
    for (const { call } of events) {
      const invocation = this.waiting.get(keyOf(call))?.invocation;
      invocation?.fail(code, `the execution ended without an answer: ${reason}`);
    }
  }
}

function keyOf({ call, attempt }: { call: string; attempt: number }): string {
  return `${call}/${attempt}`;
}
