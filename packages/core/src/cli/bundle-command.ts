import { resolve } from "node:path";
import { FaastOptionsError } from "../errors.js";
import { readConfig } from "../options/config-file.js";
import { findBundler, importTypeScript } from "../options/config-source.js";
import type { Command, CommandInput } from "./command.js";
import { exitCodes, UsageError } from "./exit-codes.js";
import { count, formatSize } from "./figures.js";
import { table } from "./table.js";

/** Inputs that are listed, unless said otherwise. */
const MOST_INPUTS = 15;

/** `faast bundle <module>`. */
export const bundleCommand: Command = {
  name: "bundle",
  argument: "module",
  summary: "show what of a module goes into its archive, and why",
  description: [
    "Bundles as faast() does, by the options of faast.config, without the provider's own entry, which is small.",
    "Nothing is written. The largest sources are listed with the way by which they are imported.",
  ],
  options: {
    top: { value: "number", help: `sources to list (${MOST_INPUTS})` },
  },
  examples: [
    ["faast bundle src/functions.ts", "files of the archive, and the largest sources"],
    ["faast bundle src/functions.ts --top 100 --json", "more, for programs"],
  ],
  run,
};

/** What is used of `@faast/bundler`, which is found in the user's project. */
interface Bundler {
  readonly bundle: (options: Readonly<Record<string, unknown>>) => Promise<{
    readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
    readonly inputs: readonly BundleInput[];
    readonly warnings: readonly { readonly text: string }[];
    archive(): Promise<Uint8Array>;
  }>;
}

interface BundleInput {
  readonly path: string;
  readonly bytes: number;
  readonly importedBy: readonly string[];
}

async function run({ argument, json, signal, terminal, values }: CommandInput): Promise<number> {
  const given = values.get("top") ?? String(MOST_INPUTS);
  if (!/^\d+$/.test(given))
    throw new UsageError(`--top must be a whole number, as in 20, not "${given}".`);
  const top = Number(given);
  const module = resolve(argument);
  const { options } = await readConfig(process.cwd(), importTypeScript);
  terminal.progress(`Bundling ${module}`);
  const { bundle } = await loadBundler(module);
  const { packageJson, include = [], exclude = [], esbuildOptions = {} } = options;
  const bundled = await bundle({
    module,
    include,
    exclude,
    esbuildOptions,
    signal,
    ...(packageJson === undefined || packageJson === "" ? {} : { packageJson }),
  });
  const archive = await bundled.archive();
  const files = bundled.files
    .map(({ path, content }) => ({ path, bytes: content.length }))
    .sort((left, right) => right.bytes - left.bytes);
  const inputs = bundled.inputs.slice(0, top);
  for (const { text } of bundled.warnings) terminal.note(`Warning: ${text}`);
  if (json) {
    terminal.json({ module, archiveBytes: archive.length, files, inputs });
    return exitCodes.done;
  }
  const heading = (text: string) => terminal.tint("heading", text);
  const sizes = { title: "BYTES", numeric: true };
  const fileRows = files.map(({ path, bytes }) => [formatSize(bytes), path]);
  for (const line of table([sizes, { title: "FILE" }], fileRows, heading)) terminal.line(line);
  terminal.line(`${count(files.length, "file")}, ${formatSize(archive.length)} as an archive.`);
  if (inputs.length === 0) return exitCodes.done;
  terminal.line();
  const inputRows = inputs.map(({ path, bytes, importedBy }) => [
    formatSize(bytes),
    path,
    importedBy.length === 0 ? "the module itself" : shortened(importedBy),
  ]);
  const titles = [sizes, { title: "SOURCE" }, { title: "IMPORTED BY" }];
  for (const line of table(titles, inputRows, heading)) terminal.line(line);
  const others = bundled.inputs.length - inputs.length;
  if (others > 0) terminal.line(terminal.tint("quiet", `${count(others, "smaller source")}.`));
  return exitCodes.done;
}

/** A long way by its ends. */
function shortened(chain: readonly string[]): string {
  const shown = chain.length <= 4 ? chain : [...chain.slice(0, 2), "…", ...chain.slice(-2)];
  return shown.join(" > ");
}

async function loadBundler(module: string): Promise<Bundler> {
  const url = await findBundler(module);
  if (url !== undefined) return (await import(url)) as Bundler;
  throw new FaastOptionsError(
    `Bundling needs the package @faast/bundler, which is not installed in ${process.cwd()}. Install it, or a provider that brings it along: npm install @faast/local`,
  );
}
