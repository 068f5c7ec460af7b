export { bundle, type Bundle, type BundleInput } from "./bundle.js";
export type { BundleFile } from "./archive/bundle-file.js";
export type { EsbuildOptions } from "./build/esbuild-options.js";
export {
  dependencySource,
  installArguments,
  sourceKey,
  type DependencySource,
  type LockFile,
} from "./dependency-source.js";
export { BundleError, type BundleErrorCode, type SourceRemark } from "./errors.js";
export { importFile } from "./import-file.js";
export { writeInspectionCopy } from "./inspection-copy.js";
export { callableExports } from "./manifest/manifest.js";
export type { CallableKind, ExportDescription, ExportKind, Manifest } from "./manifest/manifest.js";
export type { BundleOptions, IncludeOption, PackageJson } from "./options.js";
