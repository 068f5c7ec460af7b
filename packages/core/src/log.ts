import { createDebug } from "obug";

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

/** The loggers of faast, by subject: what `log` is. */
export interface Loggers {
  /** Jobs: start, deployment, cleanup, with durations. `DEBUG=faast:info` */
  readonly info: Logger;
  /** One line for each job. `DEBUG=faast:minimal` */
  readonly minimal: Logger;
  /** What should not be so, but does no harm at once. Enabled; off with `DEBUG=-faast:warning`. */
  readonly warn: Logger;
  /** The collection of leftovers. `DEBUG=faast:gc` */
  readonly gc: Logger;
  /** What could not be removed. Enabled; off with `DEBUG=-faast:leaks`. */
  readonly leaks: Logger;
  /** Each call: attempts, retries, outcome, duration. `DEBUG=faast:calls` */
  readonly calls: Logger;
  /** The making of archives. `DEBUG=faast:bundler`, or `faast:webpack` */
  readonly bundler: Logger;
  /** The same as `bundler`, by its former name. */
  readonly webpack: Logger;
  /** What providers do. `DEBUG=faast:provider` */
  readonly provider: Logger;
  /** Requests to AWS. `DEBUG=faast:awssdk` */
  readonly awssdk: Logger;
}

/** A logger that `DEBUG` alone enables. */
function logger(name: string): Logger {
  return createDebug(`faast:${name}`);
}

/** A logger that writes unless `DEBUG` takes it out: `-faast:warning`, `-faast:*`. */
function standingLogger(name: string): Logger {
  const made = logger(name);
  made.enabled = !isExcluded(made.namespace);
  return made;
}

function isExcluded(namespace: string): boolean {
  const patterns = (process.env.DEBUG ?? "").split(/[\s,]+/);
  return patterns
    .filter((each) => each.startsWith("-"))
    .map((each) =>
      each
        .slice(1)
        .replace(/[^\w*:]/g, "\\$&")
        .replaceAll("*", ".*"),
    )
    .some((each) => new RegExp(`^${each}$`).test(namespace));
}

function bundlerLogger(): Logger {
  const made = logger("bundler");
  if (logger("webpack").enabled) made.enabled = true;
  return made;
}

const bundler = bundlerLogger();

/**
 * What faast says of its work, on stderr: by the environment variable `DEBUG`, as in
 * `DEBUG=faast:info,faast:calls` or `DEBUG=faast:*`, or by the program. `warn` and `leaks` are enabled.
 *
 * Lines bear names, numbers, durations and kinds of failure; never arguments, results, messages of the
 * user's errors or values of environment variables.
 *
 * @example
 * ```ts
 * import { format } from "node:util";
 * import { log } from "@faast/core";
 * const lines: string[] = [];
 * log.info.enabled = true;
 * log.info.log = (...args) => void lines.push(format(...args));
 * ```
 */
export const log: Loggers = Object.freeze({
  info: logger("info"),
  minimal: logger("minimal"),
  warn: standingLogger("warning"),
  gc: logger("gc"),
  leaks: standingLogger("leaks"),
  calls: logger("calls"),
  bundler,
  webpack: bundler,
  provider: logger("provider"),
  awssdk: logger("awssdk"),
});
