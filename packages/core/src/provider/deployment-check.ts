import { types } from "node:util";
import { FaastProviderError } from "../errors.js";
import type { Deployment, DeploySpec } from "./contract.js";

const methods = ["invoke", "logUrl", "estimateCost", "close"] as const;

/**
 * Holds that what a provider's `deploy` gave is a deployment, as far as can be seen.
 *
 * @throws FaastProviderError naming what it lacks.
 */
export function checkDeployment(
  provider: string,
  deployment: unknown,
  { needsFunctions }: Pick<DeploySpec, "needsFunctions">,
): asserts deployment is Deployment {
  const given = (deployment ?? {}) as Partial<Record<keyof Deployment, unknown>>;
  const lacking = methods.find((name) => typeof given[name] !== "function");
  if (lacking !== undefined) throw unfit(provider, `what its deploy() gave has no ${lacking}()`);
  const { startupTime } = (given.limits ?? {}) as Partial<Record<string, unknown>>;
  if (typeof startupTime !== "number" || !(startupTime >= 0))
    throw unfit(provider, "what its deploy() gave has no limits.startupTime, in milliseconds");
  if (needsFunctions && !types.isMap(given.functions)) {
    throw unfit(
      provider,
      "what its deploy() gave has no `functions`, for which spec.needsFunctions asked: callableExports(await bundled.manifest()) of @faast/bundler has them",
    );
  }
}

function unfit(provider: string, fault: string): FaastProviderError {
  return new FaastProviderError(
    `The provider "${provider}" does not keep its contract: ${fault} (see docs/providers.md).`,
  );
}
