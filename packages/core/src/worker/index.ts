/**
 * What runs where the user's functions run. Small, since it is bundled into every function.
 *
 * @packageDocumentation
 */
export { serveProcess } from "./serve-process.js";
export { serveThread, type ThreadStart } from "./serve-thread.js";
export type { Idle, SupervisedCall } from "./call-turn.js";
export { Supervisor, type SupervisorOptions } from "./supervisor.js";
export { LEASE } from "./lease.js";
export { Wakefulness } from "./wakefulness.js";
export { forkProcess, type ProcessForkOptions } from "./process-fork.js";
export { startProcessIsolate, type ProcessIsolateOptions } from "./process-isolate.js";
export { startInlineIsolate } from "./inline-isolate.js";
export { packMessage, unpackMessages } from "./channel-codec.js";
export { Executor, type ExecutorOptions } from "./executor.js";
export type { Isolate, IsolateEvents, IsolateExit, StartIsolate } from "./isolate.js";
export type { FromIsolate, ToIsolate } from "./isolate-messages.js";
export { transferablesOf, type Attachment, type Transferable } from "../wire/index.js";
export type { ModuleExports } from "./module-exports.js";
export type { ControlMessage } from "../protocol/control.js";
export type { EncodedCall } from "../protocol/request.js";
export type * from "../protocol/frames.js";
export * from "../protocol/json-messages.js";
export type { BlobStore, JsonPayload, PayloadRoute } from "../protocol/json-payload.js";
