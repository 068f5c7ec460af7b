import { createLogger, DebugVariable, type Logger } from "./logger.js";

export type { Logger };

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

const debug = new DebugVariable();

/** A logger that `DEBUG` alone enables, by one of its names. */
function logger(name: string, ...former: string[]): Logger {
  const enabled = [name, ...former].some((each) => debug.includes(`faast:${each}`));
  return createLogger(`faast:${name}`, enabled);
}

/** A logger that writes unless `DEBUG` takes it out: `-faast:warning`, `-faast:*`. */
function standingLogger(name: string): Logger {
  const namespace = `faast:${name}`;
  return createLogger(namespace, !debug.excludes(namespace));
}

const bundler = logger("bundler", "webpack");

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
