/** Restores the order of messages that bear a `sequence` and drops those that came before. */
export class SequenceBuffer<T extends { readonly sequence: number }> {
  private expected = 0;
  private early: Map<number, T> | undefined;

  /** Whether a message is missing that later ones have overtaken. */
  get hasGap(): boolean {
    return this.early !== undefined && this.early.size > 0;
  }

  /** Takes a message; hands on every message whose turn has come. */
  accept(message: T, deliver: (message: T) => void): void {
    if (message.sequence < this.expected) return;
    if (message.sequence > this.expected) {
      this.early ??= new Map();
      if (!this.early.has(message.sequence)) this.early.set(message.sequence, message);
      return;
    }
    this.expected++;
    deliver(message);
    for (let next = this.takeEarly(); next !== undefined; next = this.takeEarly()) {
      this.expected++;
      deliver(next);
    }
  }

  private takeEarly(): T | undefined {
    const message = this.early?.get(this.expected);
    if (message !== undefined) this.early?.delete(this.expected);
    return message;
  }
}
