import type { Delivery } from "./delivery.js";
import { AwsRequestError } from "./infra/aws-failure.js";
import { throttling, type InvocationFailure } from "./invocation/invocation-outcome.js";
import type { LambdaResponse } from "./lambda-message.js";
import { readResponse, type ResponseEvents } from "./response-stream.js";

/** What responses that are streams need of Lambda. */
export interface ResponseService {
  /** Invokes; resolves when Lambda has begun to answer. */
  invoke(payload: string, signal: AbortSignal): Promise<ResponseEvents>;
}

export interface ResponseLimits {
  /** Milliseconds in which something must be heard of an execution, where streaming is untried. */
  readonly silence: number;
  /** Milliseconds that an execution has to end in when it has been given up. */
  readonly grace: number;
}

/** A stream whose frames are to come by the response. */
export interface StreamedCall {
  readonly payload: string;
  readonly delivery: Delivery;
  /** Takes each line of the response as it comes. */
  onMessage(message: LambdaResponse): void;
}

/** What is known of a response that is read. */
interface ResponseWatch {
  /** Whether it has said that it brings the frames. */
  readonly hasBegun: boolean;
  /** Is told of each line, and of the end: whether the line says that it brings the frames. */
  hear(streaming: boolean): void;
}

/**
 * Milliseconds between the beginning and a later part of a response that was surely not kept back until
 * its end.
 */
const APART = 100;

/** HTTP statuses by which a service says that it has no such operation, and has done nothing. */
const isRefusal = (status = 0) => (status >= 400 && status < 500) || status === 501;

/**
 * Invocations whose responses are read while they are made. Not every region, emulator or proxy can do
 * that: one that refuses it, does not stream, or keeps everything back until the end is not asked again.
 */
export class ResponseStreams {
  private readonly service: ResponseService;
  private readonly limits: ResponseLimits;
  private readonly reading = new Set<AbortController>();
  private standing: "untried" | "proven" | "absent" = "untried";

  constructor(service: ResponseService, limits: ResponseLimits) {
    this.service = service;
    this.limits = limits;
  }

  /** False when streaming has been found to be missing. */
  get available(): boolean {
    return this.standing !== "absent";
  }

  /** Whether responses have been seen to come while they were made. */
  get proven(): boolean {
    return this.standing === "proven";
  }

  /**
   * Invokes, and reads the response to its end.
   *
   * @returns why the execution failed, if it did; or "refused": it has not begun, and is to be invoked otherwise.
   * @throws what the transport throws: the call may not have been delivered.
   */
  async invoke(call: StreamedCall): Promise<InvocationFailure | "refused" | undefined> {
    const { delivery, payload } = call;
    if (!delivery.depart()) return undefined;
    const request = new AbortController();
    this.reading.add(request);
    const response = this.listen(delivery, request);
    // Its last frame lets go of the control queue.
    const grace = () => setTimeout(() => request.abort(), this.limits.grace).unref();
    delivery.abandoned.addEventListener("abort", grace, { once: true });
    try {
      const events = await this.service.invoke(payload, request.signal);
      return await readResponse(events, (message) => {
        response.hear(message.streaming === true);
        call.onMessage(message);
      });
    } catch (error) {
      if (delivery.signal.aborted) return undefined; // nobody waits for it any more
      const throttled = throttling(error);
      if (throttled !== undefined) return throttled;
      this.miss();
      if (error instanceof AwsRequestError && isRefusal(error.statusCode)) return "refused";
      // The execution goes on, and so do its frames.
      if (delivery.heard && !response.hasBegun) return undefined;
      throw error;
    } finally {
      response.hear(false);
      this.reading.delete(request);
    }
  }

  /** Ends all reading. */
  close(): void {
    for (const request of this.reading) request.abort();
  }

  /** Watches over how a response comes. */
  private listen(delivery: Delivery, request: AbortController): ResponseWatch {
    let begun = 0;
    const timer = setTimeout(() => {
      if (this.proven) return;
      this.miss();
      delivery.fail("lost", "the response of the function was kept back on its way");
      request.abort();
    }, this.limits.silence);
    timer.unref();
    delivery.onFirstFrame(() => {
      clearTimeout(timer);
      if (begun === 0) this.miss(); // it has come by the queue
    });
    return {
      get hasBegun() {
        return begun > 0;
      },
      hear: (streaming) => {
        clearTimeout(timer);
        if (streaming) begun = performance.now();
        else if (begun > 0 && performance.now() - begun > APART) this.standing = "proven";
      },
    };
  }

  private miss(): void {
    if (this.standing === "untried") this.standing = "absent";
  }
}
