/**
 * Serverless batch computing as simple as a function call.
 *
 * @packageDocumentation
 */
export { faast, type OptionsOf, type ProviderName, type ProviderOptions } from "./faast.js";
export type { FaastModule, FunctionViews } from "./faast-module.js";
export type {
  Async,
  AsyncDetail,
  FunctionKeys,
  ProxyModule,
  ProxyModuleDetail,
  UnknownModule,
} from "./proxy-types.js";
export type { Detail } from "./engine/detail.js";
export type { CallOptions } from "./engine/call-settings.js";
export type { CommonOptions, IncludeOption } from "./options/common-options.js";
export type { CleanupOptions } from "./options/cleanup-options.js";
export { defineConfig, type FaastConfig } from "./options/config-file.js";
export * from "./errors.js";
export { failureDetail, type FailureDetail } from "./failure-detail.js";
export { Statistics } from "./stats/statistics.js";
export { FunctionStats, FunctionStatsEvent } from "./stats/function-stats.js";
export type { StatsListener } from "./stats/stats-recorder.js";
export { throttle } from "./throttle/throttle.js";
export type { Limits } from "./throttle/limits.js";
export { PersistentCache, type ClearOptions } from "./cache/persistent-cache.js";
export { log, type Logger, type Loggers } from "./log.js";
export { CostMetric, type CostMetricFields } from "./cost/cost-metric.js";
export { CostSnapshot, type CostSnapshotFields } from "./cost/cost-snapshot.js";
export type { Provider } from "./provider/contract.js";
