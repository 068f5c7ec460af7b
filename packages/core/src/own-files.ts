import { fileURLToPath } from "node:url";

/**
 * Where the built package lies, as a `file:` URL that ends in a slash; undefined where it has been bundled
 * into another program, whose files are that program's own.
 *
 * Entries share this module, so it is in a file that the build names after the package.
 */
export function ownDirectory(): string | undefined {
  return /^(file:.*\/)chunks\/faast-core-\w+\.js$/.exec(ownFile() ?? "")?.[1];
}

/**
 * What tells a frame of this package, around a function of the user's, in the text of a stack: its location
 * as a URL or as a path, as it was built or, by its source maps, as it was written. As a part of another
 * program, such as an archive's entry, that program's file.
 */
export function ownLocations(): readonly string[] {
  const built = ownDirectory();
  if (built === undefined) return [ownFile()].filter((file) => file !== undefined);
  const places = ["chunks/", "worker/", "../src/worker/"];
  return places
    .map((each) => new URL(each, built).href)
    .flatMap((url) => [url, fileURLToPath(url)]);
}

/** Undefined where a bundler has made CommonJS, which leaves `import.meta` empty. */
function ownFile(): string | undefined {
  return import.meta.url;
}
