import type { SourceRemark } from "@faast/bundler";
import { log, type DeploySpec, type Deployment, type Provider } from "@faast/core/provider";
import { fileURLToPath } from "node:url";
import { cloudLimitsOf } from "./cloud-limits.js";
import { installDependencies, withAbsolutePaths } from "./dependencies.js";
import type { CacheUse } from "./dependency-cache.js";
import { InstanceDirectory } from "./instance-directory.js";
import { isolationOf } from "./isolation.js";
import { LocalCollector } from "./local-collector.js";
import { LocalDeployment } from "./local-deployment.js";
import { Reaper } from "./reaper.js";
import { SimulatedCloud } from "./simulated-cloud.js";
import { localOptionTable, type LocalOptions } from "./local-options.js";
import { memoryLimits } from "./memory-limits.js";
import { WaitingProcess } from "./waiting-process.js";
import { workerEnvironment } from "./worker-environment.js";

const processEntry = fileURLToPath(new URL("./worker-entry.js", import.meta.url));
const threadEntry = fileURLToPath(new URL("./thread-entry.js", import.meta.url));

/** Runs functions in processes or threads of this machine: no account, no network. */
export const provider: Provider<LocalOptions> = {
  name: "local",
  options: localOptionTable,
  deploy,
  collector: () => new LocalCollector(),
  preflight: async (options, signal) => (await import("./preflight.js")).preflight(options, signal),
};

function describe({ text, file, line }: SourceRemark): string {
  return file === undefined ? text : `${file}${line === undefined ? "" : `:${line}`}: ${text}`;
}

/** Makes the directory; a reaper that would have nothing to watch over ends. */
async function createDirectory(
  { job, options }: DeploySpec<LocalOptions>,
  reaper: Reaper,
): Promise<InstanceDirectory> {
  try {
    return InstanceDirectory.create(job, options.description);
  } catch (error) {
    await reaper.close();
    throw error;
  }
}

async function deploy(spec: DeploySpec<LocalOptions>, signal: AbortSignal): Promise<Deployment> {
  const { options, job, moduleFile, needsFunctions } = spec;
  const isolation = isolationOf(options);
  const cloud = cloudLimitsOf(options);
  if (options.inspect !== false && isolation !== "process")
    log.warn(
      `the option "inspect" is for worker processes; functions that run ${isolation === "inline" ? "inline" : "in threads"} are inspected with the program: node --inspect`,
    );
  // From here on, nothing is left behind, even if this process is killed.
  const reaper = new Reaper(InstanceDirectory.pathOf(job));
  const directory = await createDirectory(spec, reaper);
  let dependencies: CacheUse | undefined;
  let waiting: WaitingProcess | undefined;
  try {
    // A worker to be inspected, or simulated, is started when it is needed.
    if (isolation === "process" && options.inspect === false && cloud === undefined) {
      const env = workerEnvironment(options.env, cloud);
      const heapLimit = memoryLimits(options).heap;
      waiting = new WaitingProcess({ directory, reaper, env, heapLimit });
    }
    // Loaded while that process starts.
    const { bundle, callableExports, writeInspectionCopy } = await import("@faast/bundler");
    const { include, exclude, packageJson, esbuildOptions } = options;
    const bundled = await bundle({
      module: moduleFile,
      entry: isolation === "thread" ? threadEntry : processEntry,
      include: [...include],
      exclude: [...exclude],
      ...(packageJson === "" ? {} : { packageJson: await withAbsolutePaths(packageJson) }),
      esbuildOptions,
      signal,
    });
    const remarks = bundled.warnings.map(describe);
    for (const remark of remarks) process.emitWarning(remark, "FaastWarning");
    const [functions] = await Promise.all([
      needsFunctions ? bundled.manifest().then(callableExports) : undefined,
      bundled.writeTo(directory.code),
      writeInspectionCopy(bundled, job.name),
    ]);
    if (packageJson !== "") {
      dependencies = await installDependencies({
        option: packageJson,
        directory: directory.code,
        caching: options.useDependencyCaching,
        signal,
        reaper,
      });
    }
    // What a mode needs is loaded in that mode only.
    const threads = isolation === "thread" ? await import("piscina") : undefined;
    signal.throwIfAborted();
    const { entryPath, modulePath } = bundled;
    const deployment = new LocalDeployment({
      spec,
      isolation,
      cloud,
      threads,
      directory,
      reaper,
      waiting,
      dependencies,
      entryPath,
      modulePath,
      functions,
      remarks,
    });
    return cloud === undefined ? deployment : new SimulatedCloud(deployment, cloud);
  } catch (error) {
    await waiting?.end();
    const isGone = await directory.remove().then(
      () => true,
      () => false,
    );
    await dependencies?.release().catch(() => undefined);
    // The reaper removes what this cannot.
    await (isGone ? reaper.close() : reaper.takeOver());
    throw error;
  }
}
