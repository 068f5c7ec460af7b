import type { Batch } from "./batches.js";
import { formatBytes, formatCount, formatSeconds } from "./format.js";

/** Milliseconds between two drawings on a terminal, and between two lines elsewhere. */
const DRAW_INTERVAL = 100;
const LINE_INTERVAL = 5000;

const BAR_WIDTH = 20;

export interface ProgressOptions {
  readonly label: string;
  readonly batches: readonly Batch[];
  /** A terminal, which shows one line that changes, or a file, which gets a line now and then. */
  readonly stream: NodeJS.WriteStream;
}

/** Shows how far a census has come. */
export class Progress {
  private readonly options: ProgressOptions;
  private readonly started = performance.now();
  private readonly files: number;
  private readonly bytes: number;
  private readonly timer: NodeJS.Timeout;
  private filesDone = 0;
  private bytesDone = 0;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.files = options.batches.reduce((sum, { files }) => sum + files.length, 0);
    this.bytes = options.batches.reduce((sum, { bytes }) => sum + bytes, 0);
    const interval = options.stream.isTTY ? DRAW_INTERVAL : LINE_INTERVAL;
    this.timer = setInterval(() => this.draw(), interval).unref();
    if (options.stream.isTTY) this.draw();
  }

  add(batch: Batch): void {
    this.filesDone += batch.files.length;
    this.bytesDone += batch.bytes;
  }

  /** Removes the line; there is nothing more to show. */
  end(): void {
    clearInterval(this.timer);
    const { stream } = this.options;
    if (stream.isTTY) stream.write("\r\x1b[K");
  }

  private draw(): void {
    const { stream } = this.options;
    if (!stream.isTTY) {
      stream.write(`${this.line()}\n`);
      return;
    }
    // One column less than there is: some terminals begin a new line in the last. Some say 0.
    const line = this.line().slice(0, (stream.columns || 80) - 1);
    stream.write(`\r${line}\x1b[K`);
  }

  private line(): string {
    const seconds = (performance.now() - this.started) / 1000;
    const share = this.bytes === 0 ? 1 : this.bytesDone / this.bytes;
    const done = Math.floor(share * BAR_WIDTH);
    return [
      this.options.label,
      `[${"#".repeat(done)}${".".repeat(BAR_WIDTH - done)}]`,
      `${formatCount(this.filesDone)} of ${formatCount(this.files)} files`,
      `${formatBytes(this.bytesDone)} of ${formatBytes(this.bytes)}`,
      `${formatBytes(Math.round(this.bytesDone / Math.max(seconds, 0.001)))}/s`,
      formatSeconds(seconds),
    ].join("  ");
  }
}
