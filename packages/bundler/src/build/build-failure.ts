import type { Message } from "esbuild";
import { resolve } from "node:path";
import { BundleError, type SourceRemark } from "../errors.js";
import { NativeAddon, nativeAddonAdvice } from "./native-addons.js";

/** Problems that a message shows in full: a broken file has hundreds, all from the first few. */
const SHOWN_PROBLEMS = 5;

/** An esbuild message in the terms of {@link SourceRemark}. */
export function remark({ text, location }: Message): SourceRemark {
  if (location === null) return { text };
  const { file, line, column, lineText } = location;
  // esbuild counts columns in bytes of UTF-8, editors in UTF-16 units.
  const before = Buffer.from(lineText).subarray(0, column).toString();
  return { text, file, line, column: before.length + 1, lineText };
}

/** Turns whatever a build was rejected with into a {@link BundleError}. */
export function buildFailure(error: unknown, workingDirectory: string): Error {
  if (error instanceof BundleError) return error;
  const messages = (error as { errors?: Message[] } | undefined)?.errors;
  if (messages === undefined || messages.length === 0) {
    const text = error instanceof Error ? error.message : String(error);
    return new BundleError("FAAST_BUNDLE_BUILD", `The module could not be bundled: ${text}`, {
      cause: error,
    });
  }
  const problems = messages.map(remark);
  const addon = messages.find((message) => message.detail instanceof NativeAddon);
  if (addon !== undefined) {
    const importer =
      addon.location === null ? undefined : resolve(workingDirectory, addon.location.file);
    return new BundleError(
      "FAAST_BUNDLE_NATIVE",
      nativeAddonAdvice((addon.detail as NativeAddon).file, importer),
      { cause: error, problems },
    );
  }
  return new BundleError("FAAST_BUNDLE_BUILD", describe(messages), { cause: error, problems });
}

function describe(messages: readonly Message[]): string {
  const shown = messages.slice(0, SHOWN_PROBLEMS).map(describeOne);
  const hidden = messages.length - shown.length;
  if (hidden > 0) shown.push(`... and ${hidden} more`);
  return `The module could not be bundled:\n${shown.join("\n")}`;
}

function describeOne(message: Message): string {
  const { file, line, column, lineText } = remark(message);
  const place = file === undefined ? "" : `${file}:${line}:${column}: `;
  const source = lineText === undefined || lineText === "" ? [] : [`    ${line} | ${lineText}`];
  const because = message.notes
    .filter(({ location }) => location !== null)
    .map(({ text }) => `    ${text}`);
  const advice = adviceFor(message.text);
  return [
    `  ${place}${message.text}`,
    ...source,
    ...because,
    ...(advice === undefined ? [] : [`    ${advice}`]),
  ].join("\n");
}

function adviceFor(text: string): string | undefined {
  const specifier = /^Could not resolve "(.*)"/.exec(text)?.[1];
  if (specifier !== undefined) {
    if (/^\.{0,2}\//.test(specifier)) return "Check the path: there is no such file.";
    const name = packageName(specifier);
    return (
      `Install it (npm install ${name}). If it exists only where the function runs, ` +
      `list it: esbuildOptions: { external: [${JSON.stringify(name)}] }.`
    );
  }
  const extension = /^No loader is configured for "(.*)" files/.exec(text)?.[1];
  if (extension !== undefined) {
    return (
      `Say how to load it: esbuildOptions: { loader: { ${JSON.stringify(extension)}: "text" } } ` +
      `("file" puts the file into the archive and gives its path), or read it at run time and list it in "include".`
    );
  }
  return undefined;
}

/** `@scope/name/file.js` -> `@scope/name`. */
function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
