import { format } from "node:util";

/** Writes lines to stderr, where it is enabled. */
export interface Logger {
  /** Writes a line, formatted as `console.log` does: `%s`, `%d`, `%o`. Free while not `enabled`. */
  (format: string, ...args: unknown[]): void;
  /** Its name for the environment variable `DEBUG`. */
  readonly namespace: string;
  /** Whether it writes. Initially as `DEBUG` says; may be set. */
  enabled: boolean;
  /** Where lines go, as a format and its arguments; may be set. Initially: stderr. */
  log: (...args: unknown[]) => void;
}

/**
 * Makes a logger. By hand, although packages do so too: they look at the terminal and its colours as soon
 * as they are loaded, which takes a third of the time that all of this package does.
 */
export function createLogger(namespace: string, enabled: boolean): Logger {
  const logger = (text: string, ...args: unknown[]) => {
    if (!made.enabled) return;
    // The name is no part of the format, whatever it contains.
    made.log(`%s %s ${text}`, new Date().toISOString(), namespace, ...args);
  };
  const made: Logger = Object.assign(logger, { namespace, enabled, log: writeLine });
  return made;
}

function writeLine(...args: unknown[]): void {
  process.stderr.write(`${format(...args)}\n`);
}

/** What the environment variable `DEBUG` says: names, `*` for any characters, `-` before what is left out. */
export class DebugVariable {
  private readonly named: readonly RegExp[];
  private readonly excluded: readonly RegExp[];

  constructor(value = process.env.DEBUG ?? "") {
    const patterns = value.split(/[\s,]+/).filter((each) => each !== "");
    const minus = (each: string) => each.startsWith("-");
    this.named = patterns.filter((each) => !minus(each)).map(toExpression);
    this.excluded = patterns.filter(minus).map((each) => toExpression(each.slice(1)));
  }

  /** Whether the name is left out. */
  excludes(name: string): boolean {
    return this.excluded.some((each) => each.test(name));
  }

  /** Whether the name is asked for, and not left out. */
  includes(name: string): boolean {
    return !this.excludes(name) && this.named.some((each) => each.test(name));
  }
}

function toExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[^\w*:]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}
