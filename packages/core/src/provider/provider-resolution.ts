import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FaastProviderError } from "../errors.js";
import { suggestion } from "../options/option-check.js";
import type { Provider } from "./contract.js";
import { isProvider } from "./provider-shape.js";
import { isPathLike, knownProviderNames, packageOfProvider } from "./provider-name.js";

/**
 * Loads the provider of that name from the user's project: as seen from the files that called, then
 * from the working directory, then from this package.
 *
 * @throws FaastProviderError if the package is missing (with the line that installs it), cannot be
 * loaded, or exports no provider.
 */
export async function loadProvider(name: string, callers: readonly string[]): Promise<Provider> {
  const specifier = packageOfProvider(name);
  const url = await resolvePackage(specifier, callers).catch((error: unknown) => {
    if (isPackageName(specifier)) throw error;
    throw new FaastProviderError(missingPackage(name, specifier), { cause: error });
  });
  if (url === undefined) throw new FaastProviderError(missingPackage(name, specifier));
  let exports: { provider?: unknown };
  try {
    exports = (await import(url)) as typeof exports;
  } catch (error) {
    if (isPathLike(name) && isMissing(error) && !existsSync(new URL(url)))
      throw new FaastProviderError(missingPackage(name, specifier), { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new FaastProviderError(
      `The provider package ${specifier} could not be loaded: ${reason}`,
      {
        cause: error,
      },
    );
  }
  if (isProvider(exports.provider)) return exports.provider;
  throw new FaastProviderError(
    `The package ${specifier} is no provider of faast: it has no export "provider" that keeps the contract of @faast/core/provider.`,
  );
}

/** The URL of a package's entry, as resolved from the user's project; undefined if it is missing. */
export async function resolvePackage(
  specifier: string,
  callers: readonly string[],
): Promise<string | undefined> {
  const files = [...callers, join(process.cwd(), "package.json")];
  const parents = [...files.map((file) => pathToFileURL(file).href), import.meta.url];
  return resolveOwn(specifier, parents) ?? resolveAny(specifier, parents);
}

/**
 * One of our own packages: what it is for `require()`, it is for `import` as well, and Node itself
 * resolves the former in a quarter of the time that the latter takes.
 */
function resolveOwn(specifier: string, parents: readonly string[]): string | undefined {
  if (!specifier.startsWith("@faast/")) return undefined;
  for (const parent of parents) {
    try {
      return pathToFileURL(createRequire(parent).resolve(specifier)).href;
    } catch {
      // Not seen from there.
    }
  }
  return undefined;
}

async function resolveAny(
  specifier: string,
  parents: readonly string[],
): Promise<string | undefined> {
  const { resolve } = await import("import-meta-resolve");
  for (const parent of parents) {
    try {
      return resolve(specifier, parent);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
}

/** Whether npm could install it: a name, perhaps with a scope, perhaps with a path inside of the package. */
function isPackageName(text: string): boolean {
  return /^(@[\w.~-]+\/)?[\w~-][\w.~-]*(\/|$)/.test(text);
}

function missingPackage(name: string, specifier: string): string {
  if (isPathLike(name))
    return `The provider "${name}" is the path of a module that cannot be found, as seen from the file that names it or from ${process.cwd()}.`;
  if (!isPackageName(specifier))
    return `The provider "${name}" is neither ${knownProviderNames.join(" nor ")}, nor the name of a package, nor a path that begins with "./".`;
  const isShort = knownProviderNames.includes(name);
  const near = isShort || name.includes("/") ? "" : suggestion(name, knownProviderNames);
  const missing = `The provider "${name}" needs the package ${specifier}, which is not installed in ${process.cwd()}.`;
  // Whoever has misspelt a name should not be told first to install what may be anybody's.
  return near === ""
    ? `${missing} Install it: npm install ${specifier}`
    : `${missing}${near} If that package is what you mean, install it: npm install ${specifier}`;
}
