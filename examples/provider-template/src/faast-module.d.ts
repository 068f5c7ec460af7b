/** The user's module: the bundler puts its path in this place. */
declare module "faast:module" {
  const exports: Readonly<Record<string, unknown>>;
  export = exports;
}
