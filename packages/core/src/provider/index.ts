/**
 * The contract between faast and its providers: what a third party needs to write a new one.
 *
 * @packageDocumentation
 */
export type {
  DeploySpec,
  Deployment,
  DeploymentLease,
  Invocation,
  JobIdentity,
  Provider,
  ProviderOptionTable,
  ProviderSettings,
  TransportLimits,
} from "./contract.js";
export type {
  CollectorScope,
  PolicyDocument,
  PreflightCheck,
  PreflightReport,
} from "./inspection.js";
export type {
  Collector,
  CollectorPace,
  LeaseReading,
  ListOptions,
  Resource,
  ResourceReference,
  Spared,
} from "@faast/gc";
export { userCacheDirectory } from "../cache/user-cache-directory.js";
export type { CommonOptions, IncludeOption } from "../options/common-options.js";
export type { CleanupOptions } from "../options/cleanup-options.js";
export {
  booleanOption,
  choiceOption,
  numberOption,
  option,
  stringOption,
  type OptionSpec,
  type OptionTable,
} from "../options/option-table.js";
export type { FunctionKind } from "../module/callable-exports.js";
export type { EncodedCall } from "../protocol/request.js";
export type {
  ControlMessage,
  CreditMessage,
  StepMessage,
  CancelMessage,
} from "../protocol/control.js";
export type * from "../protocol/frames.js";
export { SequenceBuffer } from "../protocol/sequence.js";
export {
  decode,
  encode,
  WIRE_VERSION,
  WireError,
  AttachmentList,
  transferablesOf,
  type Attachment,
  type EncodeOptions,
  type Transferable,
  type WireErrorCode,
} from "../wire/index.js";
export { CostMetric, type CostMetricFields } from "../cost/cost-metric.js";
export { FunctionStats } from "../stats/function-stats.js";
export { log, type Logger, type Loggers } from "../log.js";
export * from "../errors.js";
export { startModule, type StartModuleSpec } from "../start-module.js";
export * from "../protocol/json-messages.js";
export type { BlobStore, JsonPayload, PayloadRoute } from "../protocol/json-payload.js";
