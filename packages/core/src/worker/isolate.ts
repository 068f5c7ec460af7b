import type { FromIsolate, ToIsolate } from "./isolate-messages.js";

/** How an isolate ended. */
export interface IsolateExit {
  /** Completes the sentence "the worker …": `exited with code 1`. */
  readonly description: string;
  /** It ran out of memory. */
  readonly outOfMemory: boolean;
  /** It did not even start. */
  readonly neverStarted?: boolean;
}

/** What an isolate tells whoever started it. After `exit`, nothing more. */
export interface IsolateEvents {
  message(message: FromIsolate): void;
  exit(exit: IsolateExit): void;
}

/** Where the user's module runs, apart from what watches over it: a process, a thread, or neither. */
export interface Isolate {
  /** Names it in logs: a process id. */
  readonly id: string;
  /** A call that it runs cannot be ended: `kill` leaves it, and it goes on. */
  readonly goesOn?: boolean;
  send(message: ToIsolate): void;
  /** Asks it to end, and ends it if it does not. Idempotent. `exit` follows. */
  stop(): void;
  /** Ends it now, whatever it does. Idempotent. `exit` follows. */
  kill(): void;
  /** Whether it keeps this process alive: while it has work. */
  setBusy(busy: boolean): void;
}

export type StartIsolate = (events: IsolateEvents) => Isolate;
