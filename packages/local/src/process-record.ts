import { appendFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  childIdentity,
  mayBeKilled,
  parseIdentity,
  type ProcessIdentity,
} from "./process-identity.js";

/** Lines about the processes of an instance: `+` and the identity of a new one, `-` and the id of one that ended. */
const RECORD_FILE = "processes";

/** Writes down that a process of an instance was started, so that it can be found if everyone else is gone. */
export function recordStart(directory: string, pid: number): void {
  const identity = childIdentity(pid);
  if (identity !== undefined) append(directory, `+${JSON.stringify(identity)}`);
}

/** Writes down that it has ended. */
export function recordEnd(directory: string, pid: number): void {
  append(directory, `-${pid}`);
}

/** The processes of an instance of whose end nothing is written. */
export async function recordedProcesses(directory: string): Promise<ProcessIdentity[]> {
  const text = await readFile(join(directory, RECORD_FILE), "utf8").catch(() => "");
  const running = new Map<number, ProcessIdentity>();
  for (const line of text.split("\n")) {
    if (line.startsWith("-")) running.delete(Number(line.slice(1)));
    const identity = line.startsWith("+") ? parsed(line.slice(1)) : undefined;
    if (identity !== undefined && mayBeKilled(identity)) running.set(identity.pid, identity);
  }
  return [...running.values()];
}

function append(directory: string, line: string): void {
  try {
    appendFileSync(join(directory, RECORD_FILE), `${line}\n`, { mode: 0o600 });
  } catch {
    // The directory is gone already, or full: the reaper knows of the process all the same.
  }
}

function parsed(text: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(JSON.parse(text));
  } catch {
    return undefined; // a line that was not finished
  }
}
