import type { ControlMessage } from "../protocol/control.js";
import { frameFault } from "../protocol/frame-check.js";
import type { Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";

/** From the supervisor to the isolate that runs the user's module. */
export type ToIsolate =
  /** @param startBy - of a call that is sent ahead: see `LEASE`. */
  | { readonly type: "call"; readonly request: EncodedCall; readonly startBy?: number | undefined }
  | { readonly type: "control"; readonly message: ControlMessage };

/** From the isolate to the supervisor. */
export type FromIsolate =
  /** The user's module is loaded; calls are welcome. */
  | { readonly type: "ready" }
  /** The user's module could not be loaded; the isolate ends. */
  | { readonly type: "import-failed"; readonly message: string; readonly error: Uint8Array }
  | { readonly type: "frame"; readonly frame: Frame }
  /** The call that was sent ahead with that `startBy`, which names it, has not been begun in time. */
  | { readonly type: "returned"; readonly startBy: number }
  /** An exception that a call has left behind which is over: the isolate ends the call at hand, and no more. */
  | { readonly type: "spent" }
  /** An exception that no call awaited; the isolate ends. */
  | { readonly type: "uncaught"; readonly message: string; readonly error: Uint8Array };

const kinds: ReadonlySet<unknown> = new Set<FromIsolate["type"]>([
  "ready",
  "import-failed",
  "frame",
  "returned",
  "spent",
  "uncaught",
]);

/** Tells what keeps a message from being one of an isolate's; undefined if nothing does. */
export function messageFault(message: unknown): string | undefined {
  const { type, frame, error } = (message ?? {}) as Readonly<Record<string, unknown>>;
  if (!kinds.has(type)) return "an unknown message";
  if (type === "frame") return frameFault(frame);
  const bears = type === "import-failed" || type === "uncaught";
  return bears && !ArrayBuffer.isView(error) ? "an error that is not made of bytes" : undefined;
}
