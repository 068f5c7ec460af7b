export { callableExports, type FunctionKind } from "./callable-exports.js";
export { moduleFunctions } from "./function-table.js";
export { captureCallers } from "./call-stack.js";
export { locateModule, type LocatedModule } from "./locate-module.js";
