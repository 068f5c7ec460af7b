/** What became of an import. A namespace is wrapped, since one with a `then` would pass for a promise. */
export type ImportOutcome =
  | { readonly status: "loaded"; readonly namespace: object }
  | { readonly status: "pending" | "failed" };

/**
 * Imports a module, but does not wait for ever: a module that takes part in an evaluation which is
 * still under way, and which perhaps waits for us, settles only after we are done.
 *
 * @param url - of the module
 * @param milliseconds - after which the import counts as pending
 */
export function importWithin(url: string, milliseconds: number): Promise<ImportOutcome> {
  return new Promise((resolve) => {
    // Not unreferenced: if the whole program waits for this import, it is the timer that goes on.
    const timer = setTimeout(() => resolve({ status: "pending" }), milliseconds);
    const settle = (outcome: ImportOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    import(url).then(
      (namespace: object) => settle({ status: "loaded", namespace }),
      () => settle({ status: "failed" }),
    );
  });
}
