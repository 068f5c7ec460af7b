// Modules of Node itself that take milliseconds to load: they are loaded when they are first used, which
// in most programs is never.
import type * as Crypto from "node:crypto";
import type * as WorkerThreads from "node:worker_threads";

export function lateCrypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}

export function lateWorkerThreads(): typeof WorkerThreads {
  return process.getBuiltinModule("node:worker_threads");
}
