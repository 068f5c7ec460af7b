import {
  FaastCancelledError,
  packControl,
  type ControlMessage,
  type JsonControl,
  type PayloadRoute,
} from "@faast/core/provider";
import { inlineSize, type ControlEnvelope } from "./control-message.js";

/** A queue of the service's. */
export interface ControlPlace {
  readonly name: string;
  readonly url: string;
  /** How payloads go by it. */
  readonly route: PayloadRoute;
}

/** What control queues need of SQS. */
export interface ControlService {
  /** @param name - no queue of the job has had it before. */
  create(name: string): Promise<ControlPlace>;
  remove(name: string): Promise<void>;
  send(queueUrl: string, body: string): Promise<void>;
}

export interface ControlQueueLimits {
  /** Queues at the same time; 0: no limit. */
  readonly most: number;
  /**
   * Milliseconds that the function has to let go of a queue, when its stream is over without a last frame.
   */
  readonly grace: number;
}

/**
 * Queues for what goes up to streams: made when first needed, used again, one stream at a time. A stream
 * that has been given up keeps its queue until its execution has ended too, so the next one may have to
 * wait.
 */
export class ControlQueues {
  private readonly service: ControlService;
  private readonly limits: ControlQueueLimits;
  private readonly idle: ControlPlace[] = [];
  private readonly busy = new Set<ControlQueue>();
  private readonly turns: (() => void)[] = [];
  private readonly removals = new Set<Promise<void>>();
  private made = 0;
  private places = 0;
  private closed = false;

  constructor(service: ControlService, limits: ControlQueueLimits) {
    this.service = service;
    this.limits = limits;
  }

  /** @param onFailure - told when a message could not be sent: the stream would wait for ever. */
  async acquire(onFailure: (reason: string) => void): Promise<ControlQueue> {
    const { most } = this.limits;
    while (!this.closed && this.idle.length === 0 && most > 0 && this.places >= most) {
      await new Promise<void>((resolve) => this.turns.push(resolve));
    }
    if (this.closed) throw new FaastCancelledError("the job has been cleaned up");
    const place = this.idle.pop() ?? (await this.create());
    const queue = new ControlQueue(place, this.service, {
      onFailure,
      onReleased: () => {
        if (!this.busy.delete(queue)) return;
        this.idle.push(place);
        this.turns.shift()?.();
      },
      onLost: () => {
        if (!this.busy.has(queue)) return;
        const timer = setTimeout(() => this.discard(queue), this.limits.grace);
        timer.unref();
      },
    });
    this.busy.add(queue);
    return queue;
  }

  /** Ends all waiting. Resolves when what was to be sent has been sent. */
  async close(): Promise<void> {
    this.closed = true;
    for (const turn of this.turns.splice(0)) turn();
    await Promise.all([...this.busy].map((queue) => queue.flush()));
    await Promise.all(this.removals);
  }

  private async create(): Promise<ControlPlace> {
    this.places++;
    try {
      return await this.service.create(`control-${this.made++}`);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /**
   * Nobody tells whether the function still listens to it: it would take the messages of another stream.
   * Without its queue, it ends.
   */
  private discard(queue: ControlQueue): void {
    if (this.closed || !this.busy.delete(queue)) return;
    const removal = this.service
      .remove(queue.name)
      .catch(() => undefined) // it goes with the job
      .finally(() => {
        this.removals.delete(removal);
        this.leave();
      });
    this.removals.add(removal);
  }

  private leave(): void {
    this.places--;
    this.turns.shift()?.();
  }
}

interface ControlQueueEvents {
  onReleased(): void;
  onLost(): void;
  onFailure(reason: string): void;
}

/** The way up to one stream. */
export class ControlQueue {
  readonly name: string;
  readonly url: string;
  private readonly route: PayloadRoute;
  private readonly service: ControlService;
  private readonly events: ControlQueueEvents;
  private readonly waiting: ControlMessage[] = [];
  private sending: Promise<void> | undefined;
  private run: string | undefined;

  constructor(place: ControlPlace, service: ControlService, events: ControlQueueEvents) {
    const { name, url, route } = place;
    this.name = name;
    this.url = url;
    this.route = route;
    this.service = service;
    this.events = events;
  }

  /** @param run - the execution that it is for, once that is known. */
  send(message: ControlMessage, run?: string): void {
    this.run = run;
    this.waiting.push(message);
    this.sending ??= this.drain();
  }

  /**
   * Nobody listens to it any more, so that another stream may have it. What is still being sent is not
   * for that one, and passed over there.
   */
  release(): void {
    this.events.onReleased();
  }

  /** The stream is over. If the function does not let go of the queue in time, it is given up. */
  abandon(): void {
    this.events.onLost();
  }

  /** Resolves when what was to be sent has been sent. */
  async flush(): Promise<void> {
    await this.sending;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      try {
        const messages = await this.take();
        const { run } = this;
        const envelope: ControlEnvelope = { faast: 1, messages, ...(run && { run }) };
        await this.service.send(this.url, JSON.stringify(envelope));
      } catch (error) {
        this.events.onFailure(error instanceof Error ? error.message : String(error));
      }
    }
    this.sending = undefined; // in the same turn as the last look
  }

  /** As many messages as one of the service's may carry. */
  private async take(): Promise<JsonControl[]> {
    const taken: JsonControl[] = [];
    for (let bytes = 0; ;) {
      const message = this.waiting[0];
      if (message === undefined) return taken;
      bytes += inlineSize(message, this.route);
      if (taken.length > 0 && bytes > this.route.inlineLimit) return taken;
      this.waiting.shift();
      taken.push(await packControl(message, this.route));
    }
  }
}
