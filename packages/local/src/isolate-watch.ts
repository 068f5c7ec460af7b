/** What is told of one isolate to whatever watches it. */
export interface IsolateWatch {
  /** It has work, or has none. */
  setBusy(busy: boolean): void;
  /** It is gone. */
  end(): void;
}
