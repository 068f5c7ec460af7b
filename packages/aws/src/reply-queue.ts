import { unpackFrame, type BlobStore, type Invocation, type JsonFrame } from "@faast/core/provider";
import { isAccessDenied } from "./infra/aws-failure.js";
import { failureCode } from "./invocation/invocation-outcome.js";
import { eventsOf, isOurs, parsed, type ReplyMessage } from "./lambda-message.js";

/** What the reply queue needs of SQS. */
export interface MessageSource {
  /** Waits for messages, at most so many seconds (20 are SQS's limit), and takes them from the queue. */
  receive(signal: AbortSignal, seconds: number): Promise<readonly string[]>;
}

interface Waiting {
  readonly invocation: Invocation;
  readonly onStream: (() => void) | undefined;
  /** Nobody looks into the queue for its sake. */
  readonly quiet: boolean;
  /** The last frame is here, but has yet to be fetched from where it is stored. */
  ending: boolean;
  /** Names of stored values that have been taken, and are stored no longer. */
  readonly taken: Set<string>;
}

/** Seconds that the only poller waits: SQS's maximum. */
const LONG_WAIT = 20;
/**
 * Seconds that each of several pollers waits. A wait is never broken off, since SQS may hand messages to whoever
 * has gone: so long may one go on when there is nothing to wait for any more.
 */
const SHORT_WAIT = 2;
/** Messages that a poller takes at a time, at most: SQS's limit. */
const FULL_BATCH = 10;
/** Calls under way for each poller. */
const CALLS_EACH = 25;
/** Pollers at the same time, at most: what they take is more than one process can decode. */
const MOST_POLLERS = 16;

/** Milliseconds before another try, when a wait for messages has failed. */
const RETRY_DELAY = 500;

/** Hands the frames of the reply queue to the attempts that wait for them. */
export class ReplyRouter {
  private readonly source: MessageSource;
  private readonly blobs: BlobStore;
  private readonly waiting = new Map<string, Waiting>();
  private readonly stop = new AbortController();
  private readonly polls = new Set<Promise<void>>();
  private pollers = 0;

  constructor(source: MessageSource, blobs: BlobStore) {
    this.source = source;
    this.blobs = blobs;
  }

  /**
   * Hands frames to an attempt until the result is called.
   *
   * @param onStream - told that the call is a stream, and must be made again as such.
   * @param quiet - its frames are not looked for: it takes those that are found meanwhile.
   */
  expect(invocation: Invocation, onStream?: () => void, quiet = false): () => void {
    const key = keyOf(invocation.request);
    const { taken = new Set<string>() } = this.waiting.get(key) ?? {};
    this.waiting.set(key, { invocation, onStream, quiet, ending: false, taken });
    if (!quiet && this.pollers === 0) this.startPoller();
    return () => {
      if (this.waiting.get(key)?.onStream === onStream) this.waiting.delete(key);
    };
  }

  /** Ends the waiting for messages. */
  async close(): Promise<void> {
    this.waiting.clear();
    this.stop.abort();
    await Promise.all(this.polls);
  }

  /** Whether anyone waits, other than for the end of what has been given up, or is here already. */
  private get awaited(): boolean {
    return this.countAwaited(1) > 0;
  }

  /** How many wait so; no more are counted than asked for, since there may be very many. */
  private countAwaited(most: number): number {
    let count = 0;
    for (const { invocation, quiet, ending } of this.waiting.values()) {
      if (!quiet && !ending && !invocation.signal.aborted) count++;
      if (count === most) break;
    }
    return count;
  }

  /** How many pollers there should be, if one of them has just had so many messages. */
  private wanted(messages: number): number {
    if (messages === 0) return 1;
    const forCalls = Math.ceil(this.countAwaited(MOST_POLLERS * CALLS_EACH) / CALLS_EACH);
    // A stream sends many messages: there are more where as many come as can.
    const forItems = messages < FULL_BATCH ? 1 : this.pollers + 1;
    return Math.min(MOST_POLLERS, Math.max(forCalls, forItems));
  }

  private startPoller(): void {
    this.pollers++;
    // Not in this turn: a call may have nothing to wait for, and be over before it is known.
    const poll: Promise<void> = Promise.resolve()
      .then(() => this.poll())
      .finally(() => this.polls.delete(poll));
    this.polls.add(poll);
  }

  /** One of several, when many calls wait: more as soon as messages come, fewer when none do. */
  private async poll(): Promise<void> {
    const { signal } = this.stop;
    while (this.awaited && !signal.aborted) {
      const bodies = await this.receive(signal);
      const wanted = this.wanted(bodies.length);
      // In the same turn as the look, in both cases: two that see one another must not both leave.
      if (this.pollers > wanted) {
        this.pollers--;
        return this.routeAll(bodies);
      }
      while (this.pollers < wanted) this.startPoller();
      await this.routeAll(bodies);
    }
    this.pollers--;
  }

  /** Never rejects. */
  private async receive(signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await this.source.receive(signal, this.pollers > 1 ? SHORT_WAIT : LONG_WAIT);
    } catch (error) {
      if (isAccessDenied(error)) this.failAll(error.message);
      // Else throttled, or out of reach for a while: the engine's deadline bounds how long.
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
      return [];
    }
  }

  /** Hands on what messages bring. What has to be fetched first does not keep others waiting. */
  private async routeAll(bodies: readonly string[]): Promise<void> {
    const routed = Promise.all(bodies.map((body) => this.route(body))).then(() => {
      // It may have been the last frame, which has overtaken others, and nobody was waiting any more.
      if (this.pollers === 0 && this.awaited) this.startPoller();
    });
    await Promise.race([routed, new Promise((resolve) => setImmediate(resolve))]);
    if (!this.awaited) await routed;
  }

  /** Replies cannot be had: whoever waits for one learns why. */
  private failAll(reason: string): void {
    for (const { invocation, quiet } of [...this.waiting.values()])
      if (!quiet) invocation.fail("lost", reason);
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
      const waiting = this.waiting.get(keyOf(each));
      if (waiting === undefined || isCopy(each, waiting.taken)) continue;
      const isLast = each.type === "result" || each.type === "error";
      if (isLast) waiting.ending = true;
      await receiveFrame(waiting.invocation, each, this.blobs);
      if (isLast) waiting.ending = false; // if others are missing, they are awaited
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

/** The frames of one attempt that come by the queue: for as long as they may come that way. */
export class QueuedFrames {
  private readonly router: ReplyRouter;
  private readonly invocation: Invocation;
  private stop: (() => void) | undefined;
  private closed = false;

  constructor(router: ReplyRouter, invocation: Invocation) {
    this.router = router;
    this.invocation = invocation;
  }

  expect(): void {
    this.look(false);
  }

  /**
   * They are not looked for. But they are taken: a message may be found, in the search for others, before it
   * is known that there are such messages.
   */
  pause(): void {
    this.look(true);
  }

  /** None is of interest any more. */
  close(): void {
    this.closed = true;
    this.stop?.();
  }

  private look(quiet: boolean): void {
    if (!this.closed) this.stop = this.router.expect(this.invocation, undefined, quiet);
  }
}

/** Hands a frame to its attempt. Never rejects: one that cannot be read ends the attempt. */
export async function receiveFrame(
  invocation: Invocation,
  frame: JsonFrame,
  blobs: BlobStore,
): Promise<void> {
  try {
    invocation.receive(await unpackFrame(frame, blobs));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    invocation.fail("lost", `a part of the answer could not be read: ${reason}`);
  }
}

/**
 * Whether the frame has come before, and its value is stored no longer: SQS may deliver a message twice. Other
 * copies do no harm: the engine passes over them.
 */
function isCopy({ value }: JsonFrame, taken: Set<string>): boolean {
  // What a frame should be is looked at when it is unpacked.
  const { blob } = (value ?? {}) as { readonly blob?: unknown };
  if (typeof blob !== "string") return false;
  if (taken.has(blob)) return true;
  taken.add(blob);
  return false;
}

function keyOf({ call, attempt }: { call: string; attempt: number }): string {
  return `${call}/${attempt}`;
}
