import { log } from "@faast/core/provider";

/** Milliseconds by which a call may be silent where a debugger may hold it: a day. */
export const DEBUGGING_GRACE = 24 * 60 * 60 * 1000;

/** What Node prints when its inspector listens, or cannot. */
const listening = /Debugger listening on (ws:\/\/127\.0\.0\.1:(\d+)\/\S+)/;
const failing = /Starting inspector on (\S+) failed: (.*)/;

/** The inspector of one worker process. */
export class WorkerInspector {
  private readonly worker: number;
  private readonly pid: string;
  private readonly output: () => string;
  private known: number | undefined;
  private failed = false;

  /**
   * @param worker - its index.
   * @param output - the first that the process has printed.
   */
  constructor(worker: number, pid: string, output: () => string) {
    this.worker = worker;
    this.pid = pid;
    this.output = output;
  }

  /** The port, once it is known; it is announced then. */
  port(): number | undefined {
    if (this.known !== undefined || this.failed) return this.known;
    const output = this.output();
    const [, url, port] = listening.exec(output) ?? [];
    if (url !== undefined) {
      this.known = Number(port);
      announce(`debugger of worker ${this.worker} (process ${this.pid}) listening on ${url}`);
    } else {
      const [, address, reason] = failing.exec(output) ?? [];
      if (address === undefined) return undefined;
      this.failed = true;
      log.warn("worker %d cannot be inspected at %s: %s", this.worker, address, reason);
    }
    return this.known;
  }
}

/** To stderr, for whoever asked for it; and to the log, for programs. */
function announce(line: string): void {
  process.stderr.write(`faast: ${line}\n`);
  log.provider("%s", line);
}

/** The options for Node of a worker process that is to be inspected. */
export function inspectorArguments(inspect: boolean | number, worker: number): readonly string[] {
  if (inspect === false) return [];
  const port = typeof inspect === "number" && inspect > 0 ? inspect + worker : 0;
  return [`--inspect=127.0.0.1:${port}`];
}

/** The port at which this very process is inspected; undefined if it is not. */
export function ownInspectorPort(): number | undefined {
  if (!process.features.inspector) return undefined;
  const url = process.getBuiltinModule("node:inspector").url();
  return url === undefined ? undefined : Number(new URL(url).port);
}
