import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A line that the driver program prints. */
export interface Told {
  pid: number;
  logUrl: string;
  [key: string]: unknown;
}

/** A running driver program. */
export interface Driver {
  child: ChildProcess;
  /** The next line that it prints. */
  next(): Promise<Told>;
  /** How it ended. */
  ended: Promise<{ code: number | null; signal: string | null }>;
}

export function startDriver(scenario: string): Driver {
  const driver = fileURLToPath(new URL("./fixtures/driver.mjs", import.meta.url));
  const child = spawn(process.execPath, [driver, scenario], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the driver ended without a word");
      return JSON.parse(value) as Told;
    },
    ended: new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal }))),
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a condition holds; fails after a generous while. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`still not so after 10 s: ${what}`);
}

/** The directory of an instance, given the URL of its logs. */
export function directoryOf(logUrl: string): string {
  return fileURLToPath(new URL("..", `${logUrl}/`));
}

export async function expectGone(told: Told): Promise<void> {
  await eventually(() => !isAlive(told.pid), "the worker has ended");
  const directory = directoryOf(told.logUrl);
  await eventually(() => !existsSync(directory), "the instance's directory is gone");
}
