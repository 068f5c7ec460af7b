import {
  packFrame,
  Supervisor,
  unpackCall,
  type ControlMessage,
  type EncodedCall,
  type ExecutionDetail,
  type Frame,
  type PayloadRoute,
  type StartIsolate,
} from "@faast/core/worker";
import {
  eventsOf,
  type LambdaEvent,
  type LambdaResponse,
  type ReplyMessage,
} from "../lambda-message.js";
import { LOAD_TIME } from "../lambda-times.js";
import { logStreamUrl } from "../log-url.js";
import { BucketClient } from "./bucket-client.js";
import { ControlListener } from "./control-listener.js";
import { lambdaEnvironment } from "./environment.js";
import { sendMessage } from "./queue-client.js";
import { ReplySender } from "./reply-sender.js";
import type { ResponseBody } from "./response-body.js";
import { streamedReplies } from "./streamed-replies.js";

/** Milliseconds kept back of what Lambda leaves, so that our answer precedes Lambda's own time-out. */
const RESERVE = 1000;

/** Milliseconds by which Lambda's own first line about an execution precedes our handler, at most. */
const FIRST_LINE = 100;

/** What we use of Lambda's context. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type Handler = (
  event: unknown,
  context: LambdaContext,
) => Promise<LambdaResponse | undefined>;

/** What handlers are made of: answers an event, and sends before that what is to go by the response's body. */
export type Answer = (
  event: unknown,
  context: LambdaContext,
  body?: ResponseBody,
) => ReturnType<Handler>;

/** Makes the core of the function's handlers: it runs calls in an isolate, one at a time, as Lambda gives them. */
export function createAnswer(start: StartIsolate): Answer {
  let requestId = "";
  let startedAt = Date.now();
  const describe = (): ExecutionDetail => ({
    logUrl: logStreamUrl({
      region: lambdaEnvironment.region,
      functionName: lambdaEnvironment.functionName,
      logStream: lambdaEnvironment.logStream,
      start: startedAt - FIRST_LINE,
    }),
    executionId: requestId,
    instanceId: lambdaEnvironment.logStream,
  });
  let remaining = Infinity;
  const supervisor = new Supervisor({
    start,
    describe,
    // Where Lambda leaves less time, what is wrong is told in that time.
    get startupTime() {
      return Math.min(LOAD_TIME, remaining);
    },
  });
  return async (event, context, body) => {
    remaining = timeLeft(context);
    requestId = context.awsRequestId;
    let response: LambdaResponse | undefined;
    for (const each of eventsOf(event)) {
      startedAt = Date.now();
      response = await new Run(supervisor, each, { context, body }).complete();
    }
    return response;
  };
}

/** What an event came with. */
interface Invoked {
  readonly context: LambdaContext;
  readonly body: ResponseBody | undefined;
}

/** One attempt of a call, in this function. */
class Run {
  private readonly supervisor: Supervisor;
  private readonly event: LambdaEvent;
  private readonly context: LambdaContext;
  private readonly route: PayloadRoute;
  private readonly replies: ReplySender | undefined;
  private readonly frames: Frame[] = [];
  private control: ((message: ControlMessage) => void) | undefined;
  private listener: ControlListener | undefined;
  private needsStream = false;
  /** How the frames of a stream name this execution. */
  private execution: string | undefined;
  private controlFailure: string | undefined;

  constructor(supervisor: Supervisor, event: LambdaEvent, { context, body }: Invoked) {
    this.supervisor = supervisor;
    this.event = event;
    this.context = context;
    const blobs = new BucketClient(lambdaEnvironment.functionName);
    this.route = { inlineLimit: event.inlineLimit, blobs };
    const { replyQueue } = event;
    if (replyQueue === undefined) return;
    const byQueue = (message: string) => sendMessage(replyQueue, message);
    const streamed = event.streamResponse === true && body !== undefined;
    this.replies = new ReplySender(this.route, streamed ? streamedReplies(body, byQueue) : byQueue);
  }

  async complete(): Promise<LambdaResponse> {
    const request = await unpackCall(this.event.call, this.route.blobs);
    const { controlQueue } = this.event;
    const ended = this.run(request);
    if (controlQueue !== undefined) {
      const { call, attempt } = request;
      this.listener = new ControlListener({
        queueUrl: controlQueue,
        call,
        attempt,
        run: () => this.execution,
        blobs: this.route.blobs,
        deliver: (message) => this.control?.(message),
        onFailure: (reason) => {
          this.controlFailure ??= reason;
          this.control?.({ type: "cancel", call, attempt, sequence: 0 });
        },
      });
    }
    const last = await ended;
    // Before the caller learns that it is over, and gives the queue to another stream.
    await this.listener?.close();
    this.pass(this.controlFailure === undefined ? last : lostFrame(last, this.controlFailure));
    await this.replies?.flush();
    if (this.needsStream) return this.askForStream(request);
    const frames = await Promise.all(this.frames.map((frame) => packFrame(frame, this.route)));
    return { faast: 1, frames };
  }

  /** Resolves with the call's last frame; those before it are passed on as they come. */
  private run(request: EncodedCall): Promise<Frame> {
    const { context } = this;
    return new Promise((resolve) => {
      this.supervisor.run(
        {
          request,
          // Asked when the module has been loaded, which takes of the same time.
          get platformTimeout() {
            return timeLeft(context);
          },
          onControl: (listener) => (this.control = listener),
          receive: (frame) => {
            this.execution ??= frame.run;
            if (frame.type === "result" || frame.type === "error") resolve(frame);
            else this.pass(frame);
          },
        },
        () => undefined,
      );
    });
  }

  private async askForStream({ call, attempt }: EncodedCall): Promise<LambdaResponse> {
    if (this.event.replyQueue !== undefined) {
      const message: ReplyMessage = { faast: 1, frames: [], needsStream: { call, attempt } };
      await sendMessage(this.event.replyQueue, JSON.stringify(message));
    }
    return { faast: 1, frames: [], needsStream: true };
  }

  private pass(frame: Frame): void {
    if (this.needsStream) return;
    if (frame.type === "started" && this.event.controlQueue === undefined) {
      // Nobody can ask for items: give the iterator up before anything is taken from it.
      this.needsStream = true;
      const { call, attempt } = frame;
      this.control?.({ type: "cancel", call, attempt, sequence: 0 });
      return;
    }
    if (this.replies !== undefined) this.replies.send(frame);
    else this.frames.push(frame);
  }
}

/** Milliseconds in which our answer precedes Lambda's own time-out. */
function timeLeft(context: LambdaContext): number {
  return Math.max(1, context.getRemainingTimeInMillis() - RESERVE);
}

/** In place of a stream's last frame: what went up to it could not be read. */
function lostFrame({ call, attempt, item, sequence, execution }: Frame, reason: string): Frame {
  return {
    type: "error",
    origin: "transport",
    code: "lost",
    message: `a value that was passed to the stream could not be read: ${reason}`,
    call,
    attempt,
    item,
    sequence,
    ...(execution === undefined ? {} : { execution }),
  };
}
