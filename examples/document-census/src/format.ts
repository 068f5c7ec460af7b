/** `1,234,567`. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

const units = ["B", "kB", "MB", "GB", "TB"];

/** `12.3 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** `4.2 s`, or `71 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 9.95 ? 2 : 1)} s`;
}

/** `1 copy`, `2 copies`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A name of a file as it can be shown: one could hold what a terminal takes for a command. */
export function printable(path: string): string {
  return path.replace(/\p{Cc}/gu, "?");
}
