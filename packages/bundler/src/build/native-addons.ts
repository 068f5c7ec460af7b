import type { Metafile, Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { SourceRemark } from "../errors.js";

/** What the plugin leaves in an error of esbuild's, so that it is known again. */
export class NativeAddon {
  readonly file: string;
  constructor(file: string) {
    this.file = file;
  }
}

interface InstalledPackage {
  readonly name?: string;
  readonly version?: string;
  readonly os?: unknown;
  readonly cpu?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Refuses native add-ons: machine code cannot be put into a JavaScript file. */
export const nativeAddons: Plugin = {
  name: "faast-native-addons",
  setup(build) {
    // A user who has said how to load them (`loader: { ".node": "copy" }`) is not stopped.
    if (build.initialOptions.loader?.[".node"] !== undefined) return;
    build.onLoad({ filter: /\.node$/ }, ({ path }) => ({
      errors: [{ text: "A native add-on cannot be bundled", detail: new NativeAddon(path) }],
    }));
  },
};

/** What to do about the native add-on `file`, which `importer` (a path) imports. */
export function nativeAddonAdvice(file: string, importer: string | undefined): string {
  const owner = owningPackage(file);
  const asker = importer === undefined ? undefined : owningPackage(importer);
  // A package for one platform (`os`, `cpu`) is chosen by the package that asks for it.
  const forOnePlatform = owner?.os !== undefined || owner?.cpu !== undefined;
  const blamed = forOnePlatform && asker !== undefined ? asker : owner;
  const where = importer === undefined ? "" : `, imported by ${importer},`;
  if (blamed === undefined) {
    return (
      `${file}${where} is a native add-on: machine code, which cannot be bundled. If it was built for ` +
      `the platform that the function runs on, put it into the archive: ` +
      `esbuildOptions: { loader: { ".node": "copy" } }.`
    );
  }
  return (
    `The package "${blamed.name}" has a native add-on (${file})${where} which cannot be bundled: ` +
    `it is machine code for one platform. Leave the package out of the bundle, to be installed ` +
    `where the function runs:\n  ${packageJsonLine(blamed)}`
  );
}

function packageJsonLine({ name = "", version }: InstalledPackage): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  const range = version === undefined ? "*" : `^${version}`;
  return `packageJson: { dependencies: { ${key}: ${JSON.stringify(range)} } }`;
}

/** The installed package (below a `node_modules`) that holds `file`. */
function owningPackage(file: string): InstalledPackage | undefined {
  if (!file.split(sep).includes("node_modules")) return undefined;
  for (
    let directory = dirname(file);
    directory !== dirname(directory);
    directory = dirname(directory)
  ) {
    try {
      const found = JSON.parse(
        readFileSync(join(directory, "package.json"), "utf8"),
      ) as InstalledPackage;
      // `package.json` files that only set "type" lie inside packages.
      if (found.name !== undefined) return found;
    } catch {
      // None here: the next directory up may have one.
    }
  }
  return undefined;
}

/** Packages whose one purpose is to find a native add-on at run time. */
const addonLoaders = ["bindings", "node-gyp-build", "prebuild-install", "@mapbox/node-pre-gyp"];

/** How packages name the builds of theirs that npm picks from: `@img/sharp-linux-x64`. */
const platformSuffix = /(linux|darwin|win32)(musl)?-(x64|arm64)/;

/**
 * Warns of packages in the bundle which look for a native add-on at run time, where no bundler sees it.
 * Not an error: many have a fallback in JavaScript.
 */
export async function addonWarnings(
  metafile: Metafile,
  workingDirectory: string,
): Promise<SourceRemark[]> {
  const directories = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const directory = /^.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (directory !== undefined) directories.add(directory);
  }
  const found = await Promise.all(
    [...directories]
      .sort()
      .map((directory) => addonWarning(resolve(workingDirectory, directory), directory)),
  );
  return found.filter((warning) => warning !== undefined);
}

async function addonWarning(directory: string, file: string): Promise<SourceRemark | undefined> {
  let installed: InstalledPackage;
  try {
    installed = JSON.parse(
      await readFile(join(directory, "package.json"), "utf8"),
    ) as InstalledPackage;
  } catch {
    return undefined;
  }
  const { name = file, dependencies = {}, optionalDependencies = {} } = installed;
  const loadsAddon =
    addonLoaders.some((loader) => loader in dependencies) ||
    Object.keys(optionalDependencies).some((dependency) => platformSuffix.test(dependency));
  if (!loadsAddon) return undefined;
  const text =
    `The package "${name}" seems to load a native add-on at run time, which is not in the bundle. ` +
    `If it fails there, leave the package to be installed: ${packageJsonLine(installed)}`;
  return { text, file };
}
