/**
 * The AWS provider. Not made yet: this package holds its name and its place in the contract.
 *
 * @packageDocumentation
 */
import { FaastProviderError, type CommonOptions, type Provider } from "@faast/core/provider";

/** Refuses to deploy, and says why. */
export const provider: Provider<CommonOptions> = {
  name: "aws",
  options: { defaults: {}, own: {} },
  deploy: () =>
    Promise.reject(
      new FaastProviderError(
        'The provider "aws" does not run functions yet; this version of @faast/aws is a placeholder. Use "local".',
      ),
    ),
};
