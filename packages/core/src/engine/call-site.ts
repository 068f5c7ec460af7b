/** What errors are, of whatever realm: what is aborted throws a `DOMException`. */
const errorTags: ReadonlySet<string> = new Set(["[object Error]", "[object DOMException]"]);

/** Where a call was made: an object whose `stack` is rendered only if the call fails. */
export interface CallSite {
  readonly stack?: string;
}

/** Frames of the caller that a failed call shows. */
const CALLER_FRAMES = 5;
/** Frames between those and whoever looks who awaits: this program's, and Node's own. */
const INNER_FRAMES = 10;

/**
 * Calls whose place is noted when they are made: so many at once, and one more each millisecond. A stack
 * takes as long as half of all that is done for a call, and hundreds of bytes. Who awaits a call that
 * fails can still be told, but not who has made it.
 */
const BURST = 100;
let noted = 0;
let notedAt = 0;

/** Notes the stack above `entry`: its text is made only when it is read. Undefined: there are too many. */
export function captureCallSite(entry: (...args: never[]) => unknown): CallSite | undefined {
  const now = Math.floor(performance.now());
  if (now !== notedAt) {
    noted = Math.max(0, noted - (now - notedAt));
    notedAt = now;
  }
  if (noted >= BURST) return undefined;
  noted++;
  return stackAbove(entry, CALLER_FRAMES);
}

/**
 * Rejects with what was thrown, with those in its stack who await the promise that is resolved with this
 * one: V8 knows them, but tells only whoever throws.
 */
export function awaitedRejection(thrown: unknown): {
  rejected: Promise<never>;
  reject: () => void;
} {
  let reject!: () => void;
  const begun = new Promise<void>((resolve) => (reject = resolve));
  const rejected = begun.then(function rethrow(): never {
    const { stack = "" } = stackAbove(rethrow, INNER_FRAMES + CALLER_FRAMES);
    const awaiting = stack.split("\n").filter((line) => /^\s+at async /.test(line));
    throw appendCallSite(thrown, { stack: awaiting.slice(0, CALLER_FRAMES).join("\n") });
  });
  return { rejected, reject };
}

function stackAbove(entry: (...args: never[]) => unknown, frames: number): CallSite {
  const site: CallSite = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
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
