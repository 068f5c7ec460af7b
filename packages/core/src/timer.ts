/** The longest delay that a timer can have, in milliseconds; a longer one would fire at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/** A delay up to which a timer is set at once (ms): more than the time between two looks at the others. */
const SOON = 2000;
/** Milliseconds between two looks at what has no timer yet. */
const ARMING = 1000;

/** What gets a timer if it is not over soon. */
export interface Unarmed {
  /** Sets the timer. */
  arm(): void;
}

/** What has no timer yet: most calls are over soon, and each timer costs something. */
class UnarmedTimers {
  private readonly members = new Set<Unarmed>();
  private interval: NodeJS.Timeout | undefined;

  /** Arms it now, if it is due soon; else after a while, if it is still there. */
  add(member: Unarmed, delay: number): void {
    if (delay <= SOON) return member.arm();
    this.members.add(member);
    this.interval ??= setInterval(() => this.look(), ARMING).unref();
  }

  delete(member: Unarmed): void {
    this.members.delete(member);
  }

  private look(): void {
    if (this.members.size === 0) {
      clearInterval(this.interval);
      this.interval = undefined;
    }
    for (const each of this.members) each.arm();
    this.members.clear();
  }
}

export const unarmed = new UnarmedTimers();

/**
 * Calls back after a delay, and after whatever has arrived meanwhile: a process that was busy for
 * longer than the delay first reads what others have sent it. The result cancels it.
 */
export function armTimer(delay: number, callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      immediate = setImmediate(callback);
    },
    Math.min(delay, MAX_DELAY),
  );
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
