import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";

/** What tells a process from every other one, also from a later one with the same id. */
export interface ProcessIdentity {
  readonly host: string;
  /** Which start of the system; empty where it does not tell. */
  readonly boot: string;
  /** Which space of process ids: containers have their own; empty where there is one. */
  readonly namespace: string;
  /** Negative: the group that this process leads. */
  readonly pid: number;
  /** When it was started: clock ticks after `boot`, where the system tells, else milliseconds since 1970. */
  readonly start: number;
}

/** Whether a process runs; `unknown` where it cannot be seen from here. */
export type ProcessState = "alive" | "dead" | "unknown";

const isLinux = process.platform === "linux";
/** Milliseconds by which the start of a process may seem to differ, where it is told in seconds. */
const START_TOLERANCE = 2000;

let place: Pick<ProcessIdentity, "host" | "boot" | "namespace"> | undefined;

/** Where this process runs. */
function here(): Pick<ProcessIdentity, "host" | "boot" | "namespace"> {
  return (place ??= {
    host: hostname(),
    boot: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "",
    namespace: attempt(() => readlinkSync("/proc/self/ns/pid")) ?? "",
  });
}

let self: ProcessIdentity | undefined;

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  if (self?.pid === process.pid) return self;
  const elsewhere = Math.round(Date.now() - process.uptime() * 1000);
  const start = (isLinux ? runningSince(process.pid) : undefined) ?? elsewhere;
  return (self = { ...here(), pid: process.pid, start });
}

/**
 * The identity of a child that was started just now; undefined if it has ended already.
 *
 * @param pid - negative for the group that it leads.
 */
export function childIdentity(pid: number): ProcessIdentity | undefined {
  const start = isLinux ? runningSince(Math.abs(pid)) : Date.now();
  return start === undefined ? undefined : { ...here(), pid, start };
}

/** Whether a process still runs. */
export async function stateOf(identity: ProcessIdentity): Promise<ProcessState> {
  const { host, boot, namespace } = here();
  if (identity.host !== host) return "unknown";
  // The system has been started anew since.
  if (identity.boot !== boot) return "dead";
  if (identity.namespace !== namespace) return "unknown";
  const pid = Math.abs(identity.pid);
  if (isLinux) {
    if (runningSince(pid) === identity.start) return "alive";
    // Where not even this process can be seen, that says nothing.
    return runningSince(process.pid) === undefined ? "unknown" : "dead";
  }
  if (!exists(pid)) return "dead";
  if (process.platform === "win32") return "alive"; // or another with its id: that is not to be seen
  const start = await startByPs(pid);
  return start !== undefined && Math.abs(start - identity.start) <= START_TOLERANCE
    ? "alive"
    : "dead";
}

/** Reads an identity from JSON; undefined if it is none. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, boot, namespace, pid, start } = value as Record<string, unknown>;
  const isSound =
    typeof host === "string" &&
    typeof boot === "string" &&
    typeof namespace === "string" &&
    Number.isSafeInteger(pid) &&
    // "Every process" (0, -1) is nobody's; the first may be the program of a container.
    (pid === 1 || Math.abs(pid as number) > 1) &&
    Number.isSafeInteger(start);
  return isSound ? ({ host, boot, namespace, pid, start } as ProcessIdentity) : undefined;
}

/** Whether it may be killed: the first process never is one that a job has started. */
export function mayBeKilled({ pid }: ProcessIdentity): boolean {
  return Math.abs(pid) > 1;
}

/** Clock ticks from the start of the system to that of a process; undefined if it does not run. */
function runningSince(pid: number): number | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (stat === undefined) return undefined;
  // The name of the program, in parentheses, may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // It has ended; only its parent has not asked for the outcome.
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const start = Number(fields[19]);
  return Number.isSafeInteger(start) ? start : undefined;
}

/** Milliseconds since 1970; undefined if there is no such process. */
async function startByPs(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    });
    const start = Date.parse(`${stdout.trim()} UTC`);
    return Number.isNaN(start) ? undefined : start;
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
