import type { Terminal } from "./terminal.js";

/** An option of a command. */
export interface CommandOption {
  /** The name of its value, such as `"name"`; without, it is there or not. */
  readonly value?: string;
  readonly short?: string;
  /** What it does, in half a sentence. */
  readonly help: string;
}

/** What a command is asked to do. */
export interface CommandInput {
  /** The argument that it needs. */
  readonly argument: string;
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  /** A program reads the output. */
  readonly json: boolean;
  readonly terminal: Terminal;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command of the program `faast`. */
export interface Command {
  readonly name: string;
  /** The name of its argument. */
  readonly argument: string;
  /** What it does, in half a sentence. */
  readonly summary: string;
  /** More about it, in lines. */
  readonly description: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Command lines, and what they do. */
  readonly examples: readonly (readonly [string, string])[];
  /** Gives the exit code. */
  run(input: CommandInput): Promise<number>;
}
