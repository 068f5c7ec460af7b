import type { ErrorFrame } from "../protocol/frames.js";
import type { IsolateExit } from "./isolate.js";
import type { FromIsolate } from "./isolate-messages.js";

/** Why an isolate was killed. */
export interface Verdict {
  readonly code: ErrorFrame["code"];
  readonly message: string;
}

/** What is known of the end of an isolate. */
export interface IsolateEnd {
  readonly exit: IsolateExit;
  /** It was killed by whoever watches over it. */
  readonly verdict: Verdict | undefined;
  /** It could not load the module. */
  readonly importFailure: (FromIsolate & { type: "import-failed" }) | undefined;
  /** It told of an exception that no call awaited. */
  readonly uncaught: (FromIsolate & { type: "uncaught" }) | undefined;
  /** The call at hand had not been sent to it yet. */
  readonly loading: boolean;
}

/** What is added to messages. */
export interface EndAdvice {
  /** Where the module cannot be loaded. */
  readonly importAdvice?: string | undefined;
  /** Where the isolate has exhausted its heap. */
  readonly memoryAdvice?: string | undefined;
}

/** What the end of an isolate means for the call at hand. */
export function failureOfEnd(
  { exit, importFailure, loading, uncaught, verdict }: IsolateEnd,
  { importAdvice = "", memoryAdvice = "" }: EndAdvice,
): Pick<ErrorFrame, "code" | "message" | "value"> {
  if (verdict !== undefined) return { ...verdict };
  if (importFailure !== undefined) {
    const message = `the module could not be loaded: ${importFailure.message}${importAdvice}`;
    return { code: "import", message, value: importFailure.error };
  }
  if (exit.outOfMemory)
    return { code: "memory", message: `the worker ran out of memory${memoryAdvice}` };
  if (uncaught !== undefined) {
    const message = `the worker ended by an exception that no call awaited: ${uncaught.message}`;
    return { code: "exit", message, value: uncaught.error };
  }
  if (exit.neverStarted === true)
    return { code: "exit", message: `the worker ${exit.description}` };
  const when = loading ? "while it loaded the module" : "in the middle of the call";
  return { code: "exit", message: `the worker ${exit.description} ${when}` };
}
