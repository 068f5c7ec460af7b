import { FaastCancelledError, FaastCreateFunctionError, FaastError } from "./errors.js";
import { registerLiveModule } from "./live-modules.js";
import type { Deployment, DeploySpec, Provider } from "./provider/contract.js";
import { checkDeployment } from "./provider/deployment-check.js";
import { endDeployment } from "./provider/deployment-end.js";

/** Removal without a user who could say otherwise. */
export const closeAll = { deleteResources: true, deleteCaches: false, gcTimeout: 10 } as const;

/** Milliseconds that a provider may take to remove what it made, when its `deploy` is given up. */
const GIVING_UP_TIME = 60_000;

/**
 * Deploys; gives up, and has the provider remove what it made, when a signal asks for it.
 *
 * @throws FaastCancelledError when given up; FaastProviderError if what comes of it is no deployment;
 * FaastCreateFunctionError for any other failure.
 */
export async function deployJob(provider: Provider, spec: DeploySpec): Promise<Deployment> {
  const abort = new AbortController();
  const { signal } = spec.options;
  const onAbort = () => abort.abort(new FaastCancelledError("faast() was cancelled by its signal"));
  signal?.addEventListener("abort", onAbort, { once: true });
  // Within a promise: a provider that throws at once has failed like any other.
  const deploying = Promise.resolve().then(() => provider.deploy(spec, abort.signal));
  let ending = false;
  const unregister = registerLiveModule({
    release: async () => {
      ending = true;
      abort.abort(new FaastCancelledError("faast() was cancelled: the process was asked to end"));
      await deploying.then(
        (deployment) => endDeployment(deployment, closeAll),
        () => undefined,
      );
    },
    cancel: () => goOn(),
  });
  let goOn: () => void = () => undefined;
  try {
    const deployment: unknown = await untilGivenUp(provider, deploying, abort.signal);
    checkDeployment(provider.name, deployment, spec);
    if (abort.signal.aborted) {
      await endDeployment(deployment, closeAll);
      abort.signal.throwIfAborted();
    }
    return deployment;
  } catch (error) {
    // Whoever waits here is told nothing until it is clear that the process does not end.
    if (ending) await new Promise<void>((resolve) => (goOn = resolve));
    if (abort.signal.aborted) throw abort.signal.reason;
    if (error instanceof FaastError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FaastCreateFunctionError(`Could not initialize cloud function: ${reason}`, {
      cause: error,
    });
  } finally {
    signal?.removeEventListener("abort", onAbort);
    unregister();
  }
}

/** What a provider gives in time; one that does not heed its signal is not waited for without end. */
async function untilGivenUp(
  provider: Provider,
  deploying: Promise<Deployment>,
  signal: AbortSignal,
): Promise<Deployment> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        process.emitWarning(
          `The provider "${provider.name}" has not given up its deployment within ${GIVING_UP_TIME / 1000} s; it may leave something behind.`,
          "FaastWarning",
        );
        deploying.then((deployment) => deployment.close(closeAll)).catch(() => undefined);
        reject(signal.reason as Error);
      }, GIVING_UP_TIME);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([deploying, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
