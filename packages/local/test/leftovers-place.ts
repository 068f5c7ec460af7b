import { spawn, type ChildProcess } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const core = dirname(createRequire(import.meta.url).resolve("@faast/core/package.json"));
const program = join(core, "dist/cli/main.js");
const driver = fileURLToPath(new URL("./fixtures/leftovers-driver.mjs", import.meta.url));

/** What a resource looks like in the output of the program. */
export interface Listed {
  kind: string;
  id: string;
  job?: string;
  why?: string;
  reason?: string;
}

/** What `faast cleanup --json` tells. */
export interface CleanupOutput {
  code: number | null;
  deletions: Listed[];
  kept: Listed[];
  deleted: Listed[];
  skipped: Listed[];
  failed: Listed[];
}

/** A line that a client prints. */
export interface ClientLine {
  phase: string;
  logUrl: string;
  pid: number;
  value: string;
}

/** A program that uses faast, and may be killed. */
export interface Client {
  child: ChildProcess;
  /** Waits until it tells of that phase; undefined if it ends before. */
  reached(phase: string): Promise<ClientLine | undefined>;
  ended: Promise<void>;
}

/** A machine of its own: its own temporary directory, and its own caches. */
export class Place {
  readonly scratch = realpathSync(mkdtempSync(join(tmpdir(), "leftovers-")));
  readonly temporary = join(this.scratch, "tmp");
  readonly cache = join(this.scratch, "cache");
  private readonly children: ChildProcess[] = [];

  constructor() {
    mkdirSync(this.temporary);
    mkdirSync(this.cache);
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: this.temporary, XDG_CACHE_HOME: this.cache };
  }

  start(scenario: string, options: object = {}): Client {
    const child = spawn(process.execPath, [driver, scenario, JSON.stringify(options)], {
      env: this.env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.children.push(child);
    child.stdin.on("error", () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      child,
      reached: async (phase) => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done === true) return undefined;
          const told = JSON.parse(value) as ClientLine;
          if (told.phase === phase) return told;
        }
      },
      ended: new Promise((resolve) => child.once("exit", () => resolve())),
    };
  }

  /** Starts the program `faast`. */
  run(...args: string[]): {
    child: ChildProcess;
    ended: Promise<{ code: number | null; out: string }>;
  } {
    const child = spawn(process.execPath, [program, ...args], {
      env: this.env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    return {
      child,
      ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, out }))),
    };
  }

  async cleanup(...args: string[]): Promise<CleanupOutput> {
    const { code, out } = await this.run("cleanup", "local", "--json", ...args).ended;
    return { ...(JSON.parse(out) as CleanupOutput), code };
  }

  /** What is in the temporary directory, by name. */
  names(): string[] {
    return readdirSync(this.temporary).sort();
  }

  /** Processes that were started here, or by what was started here, and are still there (Linux). */
  processes(): number[] {
    const marker = `TMPDIR=${this.temporary}\0`;
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => {
        if (!(pid > 0)) return false;
        try {
          const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
          return state !== "Z" && readFileSync(`/proc/${pid}/environ`, "latin1").includes(marker);
        } catch {
          return false; // gone, or not ours
        }
      });
  }

  /** Ends everything and removes the place. */
  async end(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    if (process.platform === "linux") {
      for (const pid of this.processes()) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
    }
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** The watchdog of a client (Linux). */
export function reaperOf(client: number): number | undefined {
  return childrenOf(client).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("faast-reaper");
    } catch {
      return false;
    }
  });
}

export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The parent of a process; 0 if it is gone. */
export function parentOf(pid: number): number {
  try {
    return Number(/\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1]);
  } catch {
    return 0;
  }
}

/** Ends a process with no time for last words. */
export function slay(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

export const DAY = 24 * 60 * 60_000;

/** The identity of a process that has ended. */
export const gone = {
  host: hostname(),
  boot: "an earlier one",
  namespace: "",
  pid: 999_999_999,
  start: 1,
};

/** Tags of a job that is two days old. */
export const tags = (job: string) => ({
  "faast:job": job,
  "faast:owner": "ada@lab",
  "faast:created": new Date(Date.now() - 2 * DAY).toISOString(),
});

/** A directory as a job makes it, with its owner file. */
export function leave(directory: string, owner: object | string): string {
  mkdirSync(join(directory, "code"), { recursive: true });
  writeFileSync(join(directory, "code", "index.mjs"), "");
  symlinkSync(typeof owner === "string" ? owner : JSON.stringify(owner), `${directory}.owner`);
  return directory;
}

/** Puts things there that look like leftovers, and are somebody else's; gives the paths of those elsewhere. */
export function plantDecoys(place: Place): string[] {
  const id = (digit: string) => `${digit.repeat(8)}-2222-4333-8444-555555555555`;
  const at = (name: string) => join(place.temporary, name);
  const named = (digit: string) => at(`faast-${id(digit)}`);
  const dead = (digit: string) => ({ tags: tags(id(digit)), ...gone });
  const hexadecimal = "0123456789abcdef".repeat(4);
  mkdirSync(named("0"));
  mkdirSync(join(named("1"), "code"), { recursive: true });
  leave(named("2"), { job: id("2"), ...gone });
  leave(named("3"), dead("2")); // a copy of another's
  leave(named("4"), { tags: { "Faast:Job": id("4"), "faast.created": "2026" }, ...gone });
  leave(named("5"), "{");
  leave(`${named("6")}-copy`, dead("6"));
  leave(at(`faast-${hexadecimal}`), dead("7"));
  leave(at(hexadecimal), dead("8"));
  writeFileSync(named("9"), "a file");
  symlinkSync(JSON.stringify(dead("9")), `${named("9")}.owner`);
  const target = leave(join(place.scratch, "target"), dead("a"));
  symlinkSync(target, named("a"));
  symlinkSync(JSON.stringify(dead("a")), `${named("a")}.owner`);
  mkdirSync(named("c")); // with a file in the place of an owner file
  writeFileSync(`${named("c")}.owner`, JSON.stringify(dead("c")));
  leave(named("b"), { tags: { ...tags(id("b")), "faast:created": "yesterday" }, ...gone });
  const cached = join(place.cache, "faast", "dependencies", hexadecimal);
  mkdirSync(join(cached, "node_modules"), { recursive: true });
  utimesSync(cached, 1, 1);
  return [join(target, "code", "index.mjs"), cached];
}
