import type { ControlMessage } from "../protocol/control.js";
import type { Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";

/** From the supervisor to the isolate that runs the user's module. */
export type ToIsolate =
  | { readonly type: "call"; readonly request: EncodedCall }
  | { readonly type: "control"; readonly message: ControlMessage };

/** From the isolate to the supervisor. */
export type FromIsolate =
  /** The user's module is loaded; calls are welcome. */
  | { readonly type: "ready" }
  /** The user's module could not be loaded; the isolate ends. */
  | { readonly type: "import-failed"; readonly message: string; readonly error: Uint8Array }
  | { readonly type: "frame"; readonly frame: Frame }
  /** An exception that no call awaited; the isolate ends. */
  | { readonly type: "uncaught"; readonly message: string; readonly error: Uint8Array };
