import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access, constants, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, freemem, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  userCacheDirectory,
  type PreflightCheck,
  type PreflightReport,
} from "@faast/core/provider";
import { instanceRoot } from "./instance-directory.js";

/** What a job needs here, in MB: its first worker and the caller. */
const LEAST_MEMORY = 512;
/** MB of disk below which bundles and dependencies may not fit. */
const LEAST_DISK = 200;
const GIB = 2 ** 30;

/**
 * What jobs need of this machine.
 *
 * @throws the signal's reason.
 */
export async function preflight(
  options: { readonly concurrency: number; readonly memorySize: number },
  signal: AbortSignal,
): Promise<PreflightReport> {
  const checks = await Promise.all([
    directory(
      "temporary directory",
      { path: tmpdir(), existing: instanceRoot },
      "set TMPDIR to a directory that can be written",
    ),
    cacheDirectory(),
    watchdog(),
    npm(signal),
  ]);
  signal.throwIfAborted();
  return { checks: [nodeVersion(), cores(options.concurrency), memory(options), ...checks] };
}

function nodeVersion(): PreflightCheck {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isFit = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    status: isFit ? "ok" : "failure",
    found: process.versions.node,
    advice: isFit ? undefined : "use Node 20.19 or newer",
  };
}

function cores(concurrency: number): PreflightCheck {
  const usable = availableParallelism();
  const installed = cpus().length;
  const found = usable === installed ? `${usable}` : `${usable} of ${installed}`;
  const isScarce = concurrency > 8 * usable;
  return {
    name: "cores",
    status: isScarce ? "warning" : "ok",
    found,
    advice: isScarce
      ? `the option "concurrency" is ${concurrency}: functions that compute take turns on ${usable}`
      : undefined,
  };
}

function memory(options: { concurrency: number; memorySize: number }): PreflightCheck {
  // A container's limit, where there is one.
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < totalmem();
  const total = isLimited ? limit : totalmem();
  const free = Math.min(process.availableMemory?.() ?? freemem(), total);
  const found = `${gigabytes(total)}${isLimited ? " (limited)" : ""}, ${gigabytes(free)} free`;
  const name = "memory";
  if (free < LEAST_MEMORY * 2 ** 20)
    return { name, status: "failure", found, advice: `a job needs about ${LEAST_MEMORY} MB` };
  const workers = Math.floor(free / 2 ** 20 / options.memorySize);
  if (workers >= options.concurrency) return { name, status: "ok", found };
  const advice = `${options.concurrency} workers ("concurrency") that use all of their ${options.memorySize} MB ("memorySize") do not fit; ${workers} do`;
  return { name, status: "warning", found, advice };
}

async function cacheDirectory(): Promise<PreflightCheck> {
  const path = join(userCacheDirectory(), "faast");
  const existing = () => nearest(path); // which is where it would be made
  const check = await directory("cache directory", { path, existing }, "set XDG_CACHE_HOME");
  // Only dependencies, and the time of the last collection, are kept there.
  return check.status === "failure" ? { ...check, status: "warning" } : check;
}

/** Where something is to be kept. */
interface PlaceToKeep {
  readonly path: string;
  /** The directory that is there: itself, or where it would be made. */
  readonly existing: () => string;
}

/** Whether a directory can be written, and what fits in there; nothing stays in it. */
async function directory(
  name: string,
  { path, existing }: PlaceToKeep,
  advice: string,
): Promise<PreflightCheck> {
  try {
    const there = existing();
    const trial = await mkdtemp(join(there, "doctor-"));
    try {
      await writeFile(join(trial, "file"), "");
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
    const { bavail, bsize } = await statfs(there);
    const free = bavail * bsize;
    const found = `${path}, ${gigabytes(free)} free`;
    return free < LEAST_DISK * 2 ** 20
      ? { name, status: "warning", found, advice: "little space is left" }
      : { name, status: "ok", found };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, status: "failure", found: `${path}: ${reason}`, advice };
  }
}

/** The directory itself, or the innermost around it that is there. */
function nearest(path: string): string {
  for (let each = path; ; each = dirname(each))
    if (existsSync(each) || each === dirname(each)) return each;
}

/** What ends workers whose caller was killed. */
async function watchdog(): Promise<PreflightCheck> {
  const name = "watchdog";
  const why = "busy workers of a program that is killed go on until their calls end";
  if (process.platform === "win32")
    return { name, status: "warning", found: "none on Windows", advice: why };
  try {
    await access("/bin/sh", constants.X_OK);
    return { name, status: "ok", found: "/bin/sh" };
  } catch {
    return { name, status: "warning", found: "no /bin/sh", advice: why };
  }
}

async function npm(signal: AbortSignal): Promise<PreflightCheck> {
  try {
    const shell = process.platform === "win32";
    const { stdout } = await promisify(execFile)("npm", ["--version"], {
      shell,
      signal,
      timeout: 20_000,
    });
    return { name: "npm", status: "ok", found: stdout.trim() };
  } catch {
    signal.throwIfAborted();
    const advice = 'the option "packageJson" needs npm on the PATH';
    return { name: "npm", status: "warning", found: "none", advice };
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
