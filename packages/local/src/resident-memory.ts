import { execFile } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

/** Takes the resident memory of processes, in bytes; those that are gone are left out. */
export type ReadResident = (pids: readonly number[]) => Promise<ReadonlyMap<number, number>>;

/** How the resident memory of other processes is read here; undefined where it cannot be. */
export function residentReader(platform = process.platform): ReadResident | undefined {
  if (platform === "win32") return undefined;
  return platform === "linux" ? readStatm : readPs;
}

let pageSize: number | undefined;

/** `statm` counts in pages, whose size Node does not tell: this process is measured both ways. */
function sizeOfPage(): number {
  return (pageSize ??=
    2 ** Math.round(Math.log2(process.memoryUsage.rss() / residentPages("self"))));
}

const buffer = Buffer.alloc(128);

/** By three calls of the system and no more: `readFile` takes five times as long. */
function residentPages(pid: number | "self"): number {
  const file = openSync(`/proc/${pid}/statm`, "r");
  try {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return Number(buffer.toString("latin1", 0, length).split(" ", 2)[1]);
  } finally {
    closeSync(file);
  }
}

/** Synchronous: the kernel answers from memory, in less time than a thread pool takes to be asked. */
const readStatm: ReadResident = (pids) => {
  const found = new Map<number, number>();
  for (const pid of pids) {
    try {
      found.set(pid, residentPages(pid) * sizeOfPage());
    } catch {
      // It is gone.
    }
  }
  return Promise.resolve(found);
};

const readPs: ReadResident = (pids) =>
  new Promise((resolve) => {
    const child = execFile("ps", ["-o", "pid=,rss=", "-p", pids.join(",")], (_error, stdout) => {
      // It fails where one of the processes is gone; it tells of the others all the same.
      const rows = stdout
        .trim()
        .split("\n")
        .map((row) => row.trim().split(/\s+/).map(Number));
      resolve(new Map(rows.map(([pid = NaN, kilobytes = NaN]) => [pid, kilobytes * 1024])));
    });
    child.unref();
  });
