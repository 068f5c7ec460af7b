/**
 * Where the built package lies, as a `file:` URL that ends in a slash; undefined where it has been bundled
 * into another program, whose files are that program's own.
 *
 * Entries share this module, so it is in a file that the build names after the package.
 */
export function ownDirectory(): string | undefined {
  // A bundler that emits CommonJS leaves `import.meta` empty.
  const here = import.meta.url as string | undefined;
  return here === undefined ? undefined : /^(file:.*\/)chunks\/faast-core-\w+\.js$/.exec(here)?.[1];
}
