import type { Bundle } from "@faast/bundler";
import { FaastCreateFunctionError } from "@faast/core/provider";
import { quotas } from "./quotas.js";

/** Of what makes an archive large, as many are named. */
const NAMED = 8;

type Archive = Pick<Bundle, "files" | "inputs" | "modulePath">;

/**
 * Refuses an archive that Lambda would refuse, before anything of it is packed or sent.
 *
 * There is no limit for the packed archive: what is too large for a request goes by a bucket.
 *
 * @throws FaastCreateFunctionError that names the largest parts, and says what to do.
 */
export function checkCodeSize(archive: Archive): void {
  const { files } = archive;
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  const most = quotas.unzippedCode.value;
  if (bytes <= most) return;
  const parts = partsOf(archive);
  const named = parts
    .slice(0, NAMED)
    .map(({ name, bytes: size }) => `${name} (${megabytes(size)})`);
  const rest = parts.length > NAMED ? ` and ${parts.length - NAMED} more` : "";
  throw new FaastCreateFunctionError(
    `The code of the functions has ${megabytes(bytes)} uncompressed, and Lambda takes ${megabytes(most)}. The largest: ${named.join(", ")}${rest}. ` +
      `Leave out what functions do not need (narrower "include", "exclude", esbuildOptions: { minify: true }), or put data into a bucket and have the functions read it from there ("policyStatements" permits it).`,
  );
}

/** Included files, and what the module's bundle is made of by package or source file; the largest first. */
function partsOf({ files, inputs, modulePath }: Archive) {
  const parts = new Map<string, number>();
  const add = (name: string, bytes: number) => parts.set(name, (parts.get(name) ?? 0) + bytes);
  for (const { path, content } of files) if (path !== modulePath) add(path, content.byteLength);
  for (const { path, bytes } of inputs) add(packageOf(path) ?? path, bytes);
  return [...parts]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((left, right) => right.bytes - left.bytes);
}

/** The package to which a bundled file belongs. */
function packageOf(path: string): string | undefined {
  const found = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  return found === undefined ? undefined : `the package ${found}`;
}

/** Lambda's MB has 1,048,576 bytes. */
function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
