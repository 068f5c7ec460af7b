import type {
  ControlMessage,
  EncodedCall,
  FailureCode,
  Frame,
  Invocation,
} from "@faast/core/provider";

/**
 * An attempt on its way to Lambda. Tells an execution that has ended from one that goes on although
 * nobody waits for it any more.
 */
export class Delivery implements Invocation {
  readonly request: EncodedCall;
  readonly signal: AbortSignal;
  private readonly invocation: Invocation;
  private readonly abandonment = new AbortController();
  private departed = false;
  private ended = false;
  private hasHeard = false;
  private run: string | undefined;
  /** Lambda has delivered the call twice, and a second execution of it has been heard of. */
  private doubled = false;
  private onFirst: (() => void) | undefined;
  private onLast: (() => void) | undefined;
  private onRefused: (() => void) | undefined;
  private onSettled: (() => void) | undefined;

  constructor(invocation: Invocation) {
    this.invocation = invocation;
    this.request = invocation.request;
    this.signal = invocation.signal;
    const onOver = () => {
      if (!this.departed) this.refuse(); // nor will it depart
      if (!this.ended) this.abandonment.abort();
      this.settle();
    };
    if (this.signal.aborted) onOver();
    else this.signal.addEventListener("abort", onOver, { once: true });
  }

  get over(): boolean {
    return this.invocation.over;
  }

  defer(): boolean {
    return this.invocation.defer();
  }

  /**
   * To be called just before the call is sent, by whatever way.
   *
   * @returns false if it has been given up, and is not to be sent.
   */
  depart(): boolean {
    if (this.signal.aborted) return false;
    this.departed = true;
    return true;
  }

  /** Fires when the attempt is given up after it was sent, and before its execution has ended. */
  get abandoned(): AbortSignal {
    return this.abandonment.signal;
  }

  /** Whether a frame has come, by whatever way: the execution has begun. */
  get heard(): boolean {
    return this.hasHeard;
  }

  /** The execution that the caller follows: of a stream, once it has been heard of. */
  get followed(): string | undefined {
    return this.run;
  }

  /** @param listener - told when a frame comes, by whatever way, for the first time. */
  onFirstFrame(listener: () => void): void {
    this.onFirst = listener;
  }

  /**
   * @param listener - told when the last frame comes, even if nobody waits for it any more; but not if the
   * call is known to have been executed twice: nobody tells when the other execution ends.
   */
  onLastFrame(listener: () => void): void {
    this.onLast = listener;
  }

  /** @param listener - told when it is known that no execution has begun, nor will. */
  onRefusal(listener: () => void): void {
    this.onRefused = listener;
  }

  /**
   * @param listener - told when no frame is of interest any more: the execution has ended, or has never
   * begun, and the attempt is over. The last frame alone does not tell, since it may overtake others.
   */
  onceSettled(listener: () => void): void {
    this.onSettled = listener;
    this.settle();
  }

  receive(frame: Frame): void {
    this.hasHeard = true;
    this.onFirst?.();
    this.onFirst = undefined;
    const isFollowed = this.follows(frame);
    if (isFollowed && (frame.type === "result" || frame.type === "error")) {
      this.ended = true;
      // Before the caller learns of it, and makes the next call.
      if (!this.doubled) this.onLast?.();
    }
    this.invocation.receive(frame);
    this.settle();
  }

  /** Lambda has not taken the call, or was not even asked. */
  refuse(): void {
    if (this.hasHeard) return;
    this.finish();
    this.onRefused?.();
  }

  /** The execution has ended, and no last frame tells so. */
  finish(): void {
    this.ended = true;
    this.settle();
  }

  fail(code: FailureCode, message: string): void {
    this.finish();
    // Before the engine learns of it, and makes the next attempt.
    if (code === "throttled") this.refuse();
    this.invocation.fail(code, message);
  }

  onControl(listener: (message: ControlMessage) => void): void {
    this.invocation.onControl(listener);
  }

  /** As the engine does, the first execution that is heard of. */
  private follows({ run }: Frame): boolean {
    if (run === undefined) return true;
    this.run ??= run;
    if (run === this.run) return true;
    this.doubled = true;
    return false;
  }

  private settle(): void {
    if (!this.ended || !this.signal.aborted) return;
    const listener = this.onSettled;
    this.onSettled = undefined;
    listener?.();
  }
}
