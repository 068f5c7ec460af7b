import { fileURLToPath } from "node:url";
import { FaastOptionsError } from "../errors.js";
import { packageOfProvider } from "../provider/provider-name.js";
import { resolvePackage } from "../provider/provider-resolution.js";

/**
 * Loads a TypeScript configuration by the bundler of the user's project: their own, or the one that
 * their `local` or `aws` provider brought along.
 */
export async function importTypeScript(file: string): Promise<unknown> {
  const bundler = await findBundler(file);
  if (bundler === undefined) {
    throw new FaastOptionsError(
      `${file} is TypeScript, which needs the package @faast/bundler. Install it, or a provider that brings it along: npm install @faast/local`,
    );
  }
  const { importFile } = (await import(bundler)) as {
    importFile: (path: string) => Promise<unknown>;
  };
  return importFile(file);
}

/** The URL of the bundler that is found from a file of the user's, or that a provider has brought along. */
export async function findBundler(file: string): Promise<string | undefined> {
  const direct = await resolvePackage("@faast/bundler", [file]);
  if (direct !== undefined) return direct;
  for (const name of ["local", "aws"]) {
    const provider = await resolvePackage(packageOfProvider(name), [file]);
    if (provider === undefined) continue;
    const found = await resolvePackage("@faast/bundler", [fileURLToPath(provider)]);
    if (found !== undefined) return found;
  }
  return undefined;
}
