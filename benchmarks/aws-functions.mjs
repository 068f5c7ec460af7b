// What aws-modes.mjs has the functions do.
/** By this, npm faastjs finds the file of the module: see aws-calls.mjs. */
export const FAAST_URL = import.meta.url;
import { readFileSync } from "node:fs";

export function hello(name) {
  return `hello ${name}`;
}

export async function sleep(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** MB of physical memory: of this process, and of the one that started it. */
export function memory() {
  const residentMb = (pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
  };
  const isChild = process.env.FAAST_ISOLATE !== undefined;
  return { own: residentMb(process.pid), handler: isChild ? residentMb(process.ppid) : 0 };
}

/** So many numbers, the time of the clock each, and milliseconds between them. */
export async function* paced(n, ms) {
  for (let i = 0; i < n; i++) {
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    yield Date.now();
  }
}

/** Blocks of so many bytes. */
export function* blocks(n, size) {
  for (let i = 0; i < n; i++) yield new Uint8Array(size);
}
