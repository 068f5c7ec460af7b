import { dependencySource, type DependencySource } from "@faast/bundler";
import { FaastOptionsError } from "@faast/core/provider";
import { expandedNpmrc } from "./npmrc.js";

/** What of a `package.json` npm installs. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packagesOf({ packageJson }: DependencySource): [name: string, version: string][] {
  const { dependencies, optionalDependencies } = JSON.parse(packageJson) as Manifest;
  return Object.entries({ ...dependencies, ...optionalDependencies });
}

/**
 * Reads the option `packageJson`; undefined where there is nothing to install. The `.npmrc` reads as it does
 * on this machine, in the environment of this program.
 *
 * @throws FaastOptionsError that names a package which lies on this machine: the function that installs
 * cannot see it.
 */
export async function layeredPackages(
  option: string | Record<string, unknown>,
): Promise<DependencySource | undefined> {
  if (option === "") return undefined;
  const source = await dependencySource(option);
  const packages = packagesOf(source);
  refuseLocalPaths(packages);
  if (packages.length === 0) return undefined;
  const { npmrc } = source;
  return { ...source, npmrc: npmrc === undefined ? undefined : expandedNpmrc(npmrc, process.env) };
}

function refuseLocalPaths(packages: readonly [name: string, version: string][]): void {
  for (const [name, version] of packages) {
    if (!/^(?:file:|link:|workspace:|\.{0,2}\/|~\/)/.test(version)) continue;
    throw new FaastOptionsError(
      `The option "packageJson" of faast("aws") has the dependency "${name}" at "${version}", a place on this machine, where Lambda cannot install it from. Leave it out of "packageJson": it is bundled then.`,
    );
  }
}
