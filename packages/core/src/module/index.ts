export { callableExports, type CallableKind } from "./callable-exports.js";
export { captureCallers } from "./call-stack.js";
export { locateModule, type LocatedModule } from "./locate-module.js";
export { ModuleNotFoundError } from "./module-not-found.js";
