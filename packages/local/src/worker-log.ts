import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Bytes of a log that are looked at for the last words of a process. */
const TAIL = 16 * 1024;
/** Bytes that are looked at for the first ones. */
const HEAD = 1024;

/** The log file of one worker. Its processes write to it themselves, one after another. */
export class WorkerLog {
  readonly url: string;
  readonly descriptor: number;
  /** Where the output of the present process begins. */
  private mark = 0;

  constructor(directory: string, worker: number) {
    const path = join(directory, `${worker}.log`);
    this.url = pathToFileURL(path).href;
    this.descriptor = openSync(path, "a+");
  }

  /** A new process begins to write. */
  begin(): void {
    this.mark = fstatSync(this.descriptor).size;
  }

  /** The beginning of what the present process has written. */
  head(): string {
    const buffer = Buffer.alloc(HEAD);
    return buffer.toString("utf8", 0, readSync(this.descriptor, buffer, 0, HEAD, this.mark));
  }

  /** The end of what the present process has written. */
  tail(): string {
    const { size } = fstatSync(this.descriptor);
    const start = Math.max(this.mark, size - TAIL);
    const buffer = Buffer.alloc(size - start);
    readSync(this.descriptor, buffer, 0, buffer.length, start);
    return buffer.toString();
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
