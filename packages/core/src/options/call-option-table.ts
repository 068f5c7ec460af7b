import { types } from "node:util";
import type { CallOptions } from "../engine/call-settings.js";
import { lateWorkerThreads } from "../late-builtins.js";
import type { Transferable } from "../wire/index.js";
import { commonOptionTable, MAX_TIMEOUT } from "./common-options.js";
import { listOption, option, type OptionTable } from "./option-table.js";

const isNumberFrom = (min: number) => (value: unknown) => typeof value === "number" && value >= min;

const isTransferable = (value: unknown) =>
  types.isArrayBuffer(value) || value instanceof lateWorkerThreads().MessagePort;

/** Checks of the options of `with()`; there are no defaults, since the module's own options are. */
export const callOptionTable: OptionTable<CallOptions> = {
  signal: commonOptionTable.signal,
  timeout: option(
    undefined,
    (value) => isNumberFrom(0.001)(value) && (value as number) <= MAX_TIMEOUT,
    `a number from 0.001 to ${MAX_TIMEOUT} (seconds)`,
  ),
  retry: option(
    undefined,
    (value) => typeof value === "function" || (isNumberFrom(0)(value) && Number.isInteger(value)),
    "a whole number of at least 0, or a function of the error and the attempt",
  ),
  priority: option(undefined, (value) => Number.isFinite(value), "a finite number"),
  streamWindow: option(
    undefined,
    (value) => isNumberFrom(1)(value) && Number.isInteger(value) && (value as number) <= 1000,
    "a whole number from 1 to 1000 (items)",
  ),
  transfer: {
    ...listOption<Transferable>(
      isTransferable,
      "a list of ArrayBuffers (not of views of them) and MessagePorts",
    ),
    default: undefined,
  },
  idempotent: option(undefined, (value) => typeof value === "boolean", "true or false"),
};
