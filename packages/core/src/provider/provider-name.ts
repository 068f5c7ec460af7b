/** Short names of the providers that we make. */
const shortNames: Readonly<Record<string, string>> = {
  local: "@faast/local",
  aws: "@faast/aws",
};

/** The package that a provider's name stands for: `local` is `@faast/local`, others are packages. */
export function packageOfProvider(name: string): string {
  return Object.hasOwn(shortNames, name) ? (shortNames[name] ?? name) : name;
}

/** Short names, for messages. */
export const knownProviderNames: readonly string[] = Object.keys(shortNames);

/** Whether a string is the path or URL of a file, not the name of a package. */
export function isPathLike(text: string): boolean {
  return /^(\.{1,2}([/\\]|$)|[/\\]|file:|[a-zA-Z]:[/\\])/.test(text);
}
