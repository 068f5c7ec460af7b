import { isDebuggerConnected } from "./debugger-connection.js";
import type { IsolateWatch } from "./isolate-watch.js";

/** Milliseconds between two looks whether a debugger is there. */
const INTERVAL = process.platform === "linux" ? 250 : 1000;
/** Milliseconds between two looks for the port, while the worker starts. */
const START_INTERVAL = 20;

/** What a `DebuggerWatch` asks and tells. */
export interface DebuggerTerms {
  /** The port of the inspector; undefined as long as it is not known. */
  readonly port: () => number | undefined;
  /** A debugger has connected, or has gone. */
  readonly changed: (attached: boolean) => void;
}

/** Tells whether a debugger is connected to a worker. Looks while the worker has work. */
export class DebuggerWatch implements IsolateWatch {
  private readonly terms: DebuggerTerms;
  private timer: NodeJS.Timeout | undefined;
  private attached = false;
  private ended = false;
  private busy = false;

  constructor(terms: DebuggerTerms) {
    this.terms = terms;
  }

  setBusy(busy: boolean): void {
    this.busy = busy && !this.ended;
    if (this.busy && this.timer === undefined) void this.look();
  }

  end(): void {
    this.ended = true;
    this.busy = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tell(false);
  }

  private async look(): Promise<void> {
    const port = this.terms.port();
    // Set at once: a look that is under way is not to be doubled.
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        if (this.busy) void this.look();
      },
      port === undefined ? START_INTERVAL : INTERVAL,
    ).unref();
    if (port === undefined) return;
    const attached = await isDebuggerConnected(port);
    if (!this.ended) this.tell(attached);
  }

  private tell(attached: boolean): void {
    if (attached === this.attached) return;
    this.attached = attached;
    this.terms.changed(attached);
  }
}
