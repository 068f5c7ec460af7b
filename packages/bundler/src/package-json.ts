import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BundleError } from "./errors.js";
import type { PackageJson } from "./options.js";

/** The `package.json` of an archive. */
export interface ArchivedPackageJson {
  readonly content: Uint8Array;
  /** The packages left to be installed. */
  readonly dependencies: readonly string[];
}

/** What describes a project's own development: where functions run, it could only do harm. */
const developmentFields = ["bin", "devDependencies", "exports", "files", "workspaces"];

/** The scripts that npm runs for whoever installs a project; others, such as `prepare`, are its author's. */
const installScripts = ["preinstall", "install", "postinstall"];

/**
 * Reads the option `packageJson` and makes the archive's `package.json` of it.
 *
 * @throws BundleError when it cannot be read, or is not what npm expects.
 */
export async function archivedPackageJson(
  given: string | PackageJson,
  entry: string,
  root: string,
): Promise<ArchivedPackageJson> {
  const original = typeof given === "string" ? await readPackageJson(resolve(root, given)) : given;
  const where = typeof given === "string" ? resolve(root, given) : "the option";
  if (!isRecord(original)) throw failure(`packageJson: ${where} is not an object.`);
  const dependencies = ["dependencies", "optionalDependencies"].flatMap((field) =>
    namesIn(original[field], `${field} of ${where}`),
  );
  const archived: Record<string, unknown> = { ...original, main: entry };
  for (const field of developmentFields) delete archived[field];
  const scripts = isRecord(original.scripts) ? original.scripts : {};
  const kept = Object.entries(scripts).filter(([name]) => installScripts.includes(name));
  if (kept.length > 0) archived.scripts = Object.fromEntries(kept);
  else delete archived.scripts;
  const content = Buffer.from(`${JSON.stringify(archived, null, 2)}\n`);
  return { content, dependencies };
}

async function readPackageJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw failure(
      `Could not find "${path}", the file of the option "packageJson". Check its path, or give the object itself: packageJson: { dependencies: { ... } }.`,
      error,
    );
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw failure(`packageJson: ${path} is not JSON: ${(error as Error).message}`, error);
  }
}

function namesIn(value: unknown, where: string): string[] {
  if (value === undefined) return [];
  if (isRecord(value) && Object.values(value).every((range) => typeof range === "string"))
    return Object.keys(value);
  throw failure(`packageJson: ${where} must map names to versions, as in { "sharp": "^0.33.0" }.`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failure(message: string, cause?: unknown): BundleError {
  return new BundleError(
    "FAAST_BUNDLE_PACKAGE_JSON",
    message,
    cause === undefined ? {} : { cause },
  );
}
