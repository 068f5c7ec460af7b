import { regularExpression } from "./licence-expression.js";
import type { PackageRecord } from "./totals.js";

/** What stands for a licence where a package declares none. */
export const UNDECLARED = "none declared";

/** Names that were common before identifiers were. */
const olderNames: Readonly<Record<string, string>> = {
  "apache 2.0": "Apache-2.0",
  "apache license 2.0": "Apache-2.0",
  "apache license, version 2.0": "Apache-2.0",
  apache2: "Apache-2.0",
  "mit license": "MIT",
  "the mit license": "MIT",
  "new bsd": "BSD-3-Clause",
  "simplified bsd": "BSD-2-Clause",
  "isc license": "ISC",
  "public domain": "Public domain",
};

/**
 * Reads the package that a `package.json` describes: one with a name and a version. Others serve to
 * mark a folder's kind of module, say.
 *
 * @returns undefined if there is none.
 */
export function readPackage(text: string): PackageRecord | undefined {
  const manifest = parseObject(text);
  if (manifest === undefined) return undefined;
  const { name, version, license, licenses } = manifest;
  if (typeof name !== "string" || name === "" || typeof version !== "string") return undefined;
  // The older field, an array of objects, offered a choice.
  const licence = declared(license) ?? declared(licenses);
  return { name, version, licence: licence ?? UNDECLARED };
}

function declared(field: unknown): string | undefined {
  if (typeof field === "string") return regular(field);
  if (Array.isArray(field)) {
    const names = field.map(declared).filter((name) => name !== undefined);
    if (names.length === 0) return undefined;
    const choice = names.map((name) => `(${name})`).join(" OR ");
    return regularExpression(choice) ?? names.join(" OR ");
  }
  if (typeof field !== "object" || field === null) return undefined;
  const { type, name } = field as { type?: unknown; name?: unknown };
  return declared(typeof type === "string" ? type : typeof name === "string" ? name : undefined);
}

function regular(field: string): string | undefined {
  const text = field.trim().replace(/\s+/g, " ");
  if (text === "") return undefined;
  return olderNames[text.toLowerCase()] ?? regularExpression(text) ?? text;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // Not ours to judge: there are broken ones on purpose, among the fixtures of tests.
    return undefined;
  }
}
