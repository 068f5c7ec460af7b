import { availableParallelism } from "node:os";

/** Milliseconds for which a program stays awake: about what it takes to be woken. */
const AWAKE = 0.06;

const cores = availableParallelism();

/**
 * Keeps this program from falling asleep for a moment, since what it waits for is about to come: to be woken
 * would take both sides longer than that, and everything else goes on meanwhile. Not on a machine with one
 * core, where nothing comes until the other side has it.
 */
export class Wakefulness {
  private until = 0;
  private isAwake = false;

  /** Stays awake for a while from now on (milliseconds). */
  extend(time = AWAKE): void {
    this.until = Math.max(this.until, performance.now() + time);
    if (this.isAwake || cores === 1) return;
    this.isAwake = true;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    if (performance.now() < this.until) setImmediate(this.turn);
    else this.isAwake = false;
  };
}
