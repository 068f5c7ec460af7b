/** A module that awaits at its top level, which users' modules may. */
const awaited = await new Promise<string>((resolve) => setTimeout(resolve, 20, "awaited"));

export function get(): string {
  return awaited;
}
