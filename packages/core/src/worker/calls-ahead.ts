import { LEASE, machineTime } from "./lease.js";

/** A call that was sent to a worker before its turn: see `LEASE`. */
export interface CallAhead {
  /** By `machineTime()`. */
  readonly startBy: number;
  /** The call goes elsewhere. */
  readonly returned: () => void;
}

/** The calls that a worker has been sent ahead, in order, until it is their turn or their lease is over. */
export class CallsAhead<T extends CallAhead> {
  private readonly calls: T[] = [];
  private readonly lapsed: () => void;
  private disarm: (() => void) | undefined;

  /** @param lapsed - told when calls have been returned since their lease was over. */
  constructor(lapsed: () => void) {
    this.lapsed = lapsed;
  }

  get length(): number {
    return this.calls.length;
  }

  push(call: T): void {
    this.calls.push(call);
    this.disarm ??= this.arm(LEASE);
  }

  /** The one whose turn it is. */
  shift(): T | undefined {
    return this.calls.shift();
  }

  find(matches: (call: T) => boolean): T | undefined {
    return this.calls.find(matches);
  }

  /** The worker has ended: all go elsewhere. */
  returnAll(): void {
    this.disarm?.();
    this.disarm = undefined;
    for (const { returned } of this.calls.splice(0).reverse()) returned();
  }

  private arm(delay: number): () => void {
    let immediate: NodeJS.Immediate | undefined;
    const timer = setTimeout(
      () => {
        // By then, all has been read that was written until now; but not what is written meanwhile.
        const now = machineTime();
        immediate = setImmediate(() => this.look(now));
      },
      Math.ceil(delay) + 1,
    );
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  }

  private look(now: number): void {
    this.disarm = undefined;
    const valid = this.calls.findIndex(({ startBy }) => startBy >= now);
    const over = this.calls.splice(0, valid < 0 ? this.calls.length : valid);
    const [first] = this.calls;
    if (first !== undefined) this.disarm = this.arm(first.startBy - now);
    for (const { returned } of over.reverse()) returned();
    if (over.length > 0) this.lapsed();
  }
}
