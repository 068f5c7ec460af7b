import { packFrame, type Frame, type JsonFrame, type PayloadRoute } from "@faast/core/worker";
import type { ReplyMessage } from "../lambda-message.js";

/** Frames that travel in one message, at most; the bytes are bounded by the route. */
const MAX_FRAMES = 100;

/** Sends a message on the way that replies take; resolves when it is there. */
export type DeliverMessage = (message: string) => Promise<void>;

/** Sends frames as messages, in order; many at a time where they come faster than they go. */
export class ReplySender {
  private readonly route: PayloadRoute;
  private readonly deliver: DeliverMessage;
  private waiting: Frame[] = [];
  private sending: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(route: PayloadRoute, deliver: DeliverMessage) {
    this.route = route;
    this.deliver = deliver;
  }

  send(frame: Frame): void {
    this.waiting.push(frame);
    this.sending ??= this.drain().catch((error: unknown) => {
      // Told by `flush`: nothing is sent any more, since a frame is missing.
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Resolves when everything has been sent; rejects if that failed. */
  async flush(): Promise<void> {
    await this.sending;
    if (this.failure !== undefined) throw this.failure;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const frames: JsonFrame[] = [];
      let bytes = 0;
      while (this.waiting.length > 0 && frames.length < MAX_FRAMES) {
        const size = sizeOf(this.waiting[0], this.route.inlineLimit);
        if (frames.length > 0 && bytes + size > this.route.inlineLimit) break;
        const frame = this.waiting.shift();
        if (frame === undefined) break;
        bytes += size;
        frames.push(await packFrame(frame, this.route));
      }
      const message: ReplyMessage = { faast: 1, frames };
      await this.deliver(JSON.stringify(message));
    }
    this.sending = undefined; // in the same turn as the last look
  }
}

/** Bytes of payload that a frame adds to a message. */
function sizeOf(frame: Frame | undefined, inlineLimit: number): number {
  if (frame === undefined || !("value" in frame) || frame.value === undefined) return ENVELOPE;
  const { byteLength } = frame.value;
  return ENVELOPE + (byteLength > inlineLimit ? 0 : byteLength);
}

/** Bytes of a frame beside its value, before base64 would enlarge them: an upper bound. */
const ENVELOPE = 400;
