/** What errors are, of whatever realm: what is aborted throws a `DOMException`. */
const errorTags: ReadonlySet<string> = new Set(["[object Error]", "[object DOMException]"]);

/** Where a call was made: an object whose `stack` is rendered only if the call fails. */
export interface CallSite {
  readonly stack?: string;
}

/** Frames of the caller that a failed call shows. Few: every pending call keeps them. */
const CALLER_FRAMES = 5;

/** And in a crowd of calls: the line of the call itself. */
const CROWDED_FRAMES = 1;

/** Notes the stack above `entry`. Cheap: the text is made only when it is read. */
export function captureCallSite(
  entry: (...args: never[]) => unknown,
  isCrowded: boolean,
): CallSite {
  const site: CallSite = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = isCrowded ? CROWDED_FRAMES : CALLER_FRAMES;
  Error.captureStackTrace(site, entry);
  Error.stackTraceLimit = limit;
  return site;
}

/** Adds the caller's frames below those of an error that was thrown elsewhere; returns the error. */
export function appendCallSite(error: unknown, site: CallSite | undefined): unknown {
  if (site === undefined || !isErrorWithStack(error)) return error;
  const frames = (site.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
  if (frames === "") return error;
  try {
    Object.defineProperty(error, "stack", {
      value: `${error.stack}\n${frames}`,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  } catch {
    // A frozen error keeps its own stack.
  }
  return error;
}

function isErrorWithStack(value: unknown): value is { stack: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    errorTags.has(Object.prototype.toString.call(value)) &&
    typeof (value as { stack?: unknown }).stack === "string"
  );
}
