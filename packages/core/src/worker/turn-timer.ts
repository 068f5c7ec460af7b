import { armTimer } from "../timer.js";

/** The one thing that a supervisor waits for in time: only the last that was armed counts. */
export class TurnTimer {
  private cancel: (() => void) | undefined;
  /** Arms the time-out anew, as of now. */
  private rearm: (() => void) | undefined;
  private suspended = false;

  /** Time-outs stand still, as while a debugger may hold the call. */
  get isSuspended(): boolean {
    return this.suspended;
  }

  /** Calls back after a delay (milliseconds). */
  arm(delay: number, expired: () => void): void {
    this.disarm();
    this.cancel = armTimer(delay, expired);
  }

  /** The same, but it stands still while time-outs do, and then begins anew. */
  armTimeout(delay: number, expired: () => void): void {
    this.disarm();
    if (!this.suspended) this.cancel = armTimer(delay, expired);
    this.rearm = () => this.armTimeout(delay, expired);
  }

  disarm(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.rearm = undefined;
  }

  suspend(suspended: boolean): void {
    this.suspended = suspended;
    this.rearm?.();
  }
}
