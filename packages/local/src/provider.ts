import { bundle, callableExports, writeInspectionCopy, type SourceRemark } from "@faast/bundler";
import type { DeploySpec, Deployment, Provider } from "@faast/core/provider";
import { fileURLToPath } from "node:url";
import { installDependencies, withAbsolutePaths } from "./dependencies.js";
import { InstanceDirectory } from "./instance-directory.js";
import { LocalDeployment } from "./local-deployment.js";
import { Reaper } from "./reaper.js";
import { localOptionTable, type LocalOptions } from "./local-options.js";

const workerEntry = fileURLToPath(new URL("./worker-entry.js", import.meta.url));

/** Runs functions in processes of this machine: no account, no network. */
export const provider: Provider<LocalOptions> = {
  name: "local",
  options: localOptionTable,
  deploy,
};

function describe({ text, file, line }: SourceRemark): string {
  return file === undefined ? text : `${file}${line === undefined ? "" : `:${line}`}: ${text}`;
}

async function deploy(spec: DeploySpec<LocalOptions>, signal: AbortSignal): Promise<Deployment> {
  const { options, job, moduleFile, needsFunctions } = spec;
  const directory = await InstanceDirectory.create(job, options.description);
  // From here on, nothing is left behind, even if this process is killed.
  const reaper = new Reaper(directory.path);
  try {
    const { include, exclude, packageJson, esbuildOptions } = options;
    const bundled = await bundle({
      module: moduleFile,
      entry: workerEntry,
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
    if (packageJson !== "") await installDependencies(directory.code, signal);
    signal.throwIfAborted();
    const { entryPath, modulePath } = bundled;
    return new LocalDeployment({
      spec,
      directory,
      reaper,
      entryPath,
      modulePath,
      functions,
      remarks,
    });
  } catch (error) {
    // The reaper, whose input ends here, removes what this cannot.
    await directory.remove().catch(() => undefined);
    await reaper.close();
    throw error;
  }
}
