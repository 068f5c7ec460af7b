/** Cancels members when their signal fires: one listener a signal, however many calls share it. */
export class SignalGroup<T> {
  private readonly groups = new Map<AbortSignal, { members: Set<T>; listener: () => void }>();
  private readonly cancel: (member: T, reason: unknown) => void;

  constructor(cancel: (member: T, reason: unknown) => void) {
    this.cancel = cancel;
  }

  add(signal: AbortSignal, member: T): void {
    let group = this.groups.get(signal);
    if (group === undefined) {
      const members = new Set<T>();
      const listener = () => {
        for (const each of members) this.cancel(each, signal.reason);
      };
      signal.addEventListener("abort", listener, { once: true });
      this.groups.set(signal, (group = { members, listener }));
    }
    group.members.add(member);
  }

  delete(signal: AbortSignal, member: T): void {
    const group = this.groups.get(signal);
    group?.members.delete(member);
    if (group?.members.size === 0) {
      signal.removeEventListener("abort", group.listener);
      this.groups.delete(signal);
    }
  }
}
