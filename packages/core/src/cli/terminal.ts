import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

/** A colour that says what a word says, too. */
export type Tone = "good" | "doubtful" | "bad" | "quiet" | "heading";

const styles = {
  good: "green",
  doubtful: "yellow",
  bad: "red",
  quiet: "gray",
  heading: "bold",
} as const;

/** Milliseconds between two lines of progress. */
const PROGRESS_INTERVAL = 100;

/** Where the program writes: results to stdout, everything else to stderr. */
export class Terminal {
  private shown = false;
  private lastProgress = 0;
  private readonly colours: boolean;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    // https://no-color.org: any value but an empty one.
    const refused = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
    this.colours = process.stdout.isTTY && !refused;
  }

  /** Whether there is somebody to ask. */
  get canAsk(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  /** Writes a line of the result. */
  line(text = ""): void {
    this.endProgress();
    process.stdout.write(`${text}\n`);
  }

  /** Writes a value for programs. */
  json(value: unknown): void {
    this.endProgress();
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Writes a line that is no part of the result. */
  note(text: string): void {
    this.endProgress();
    process.stderr.write(`${text}\n`);
  }

  /** Shows how far long work has come, in one line that is written over; only to a person. */
  progress(text: string): void {
    if (!process.stderr.isTTY) return;
    const now = Date.now();
    if (now - this.lastProgress < PROGRESS_INTERVAL) return;
    this.lastProgress = now;
    this.shown = true;
    // A terminal that does not know its width says 0.
    const width = process.stderr.columns || 80;
    process.stderr.write(`\r\u001b[K${text.slice(0, width - 1)}`);
  }

  /** Asks a question that only a clear yes answers with yes. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    this.endProgress();
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // While it reads, a terminal gives it Ctrl-C as a character.
    lines.once("SIGINT", () => process.emit("SIGINT"));
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    try {
      const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      lines.close();
    }
  }

  /** Text in a colour, where there are colours. */
  tint(tone: Tone, text: string): string {
    // Whether colours are wanted has been decided above.
    return this.colours ? styleText(styles[tone], text, { validateStream: false }) : text;
  }

  private endProgress(): void {
    if (this.shown) process.stderr.write("\r\u001b[K");
    this.shown = false;
  }
}
