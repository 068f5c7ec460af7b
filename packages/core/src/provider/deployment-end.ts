import { FaastProviderError } from "../errors.js";
import type { CleanupOptions } from "../options/cleanup-options.js";
import type { Deployment } from "./contract.js";

/** Milliseconds that a provider may take to remove what it has created. */
const CLOSING_TIME = 600_000;

/**
 * Has a deployment removed; what a provider waits for in vain must not hold its user.
 *
 * @throws FaastProviderError if it takes ten minutes; else what the provider throws.
 */
export async function endDeployment(
  deployment: Deployment,
  options: Required<CleanupOptions>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = CLOSING_TIME / 1000;
      reject(
        new FaastProviderError(
          `What the job has created could not be removed within ${seconds} s; some of it may be left.`,
        ),
      );
    }, CLOSING_TIME);
  });
  try {
    // Within a promise: a provider that throws at once has failed like any other.
    await Promise.race([Promise.resolve().then(() => deployment.close(options)), late]);
  } finally {
    clearTimeout(timer);
  }
}
