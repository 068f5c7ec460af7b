import type { Metafile } from "esbuild";

/** By what ways the inputs of a bundle came into it: for each, the shortest. */
export class ImportChains {
  /** Who imports each input first, on the shortest way from the entry. */
  private readonly importers = new Map<string, string>();

  constructor({ inputs }: Pick<Metafile, "inputs">, entry: string | undefined) {
    const reached = entry === undefined ? [] : [entry];
    const seen = new Set(reached);
    for (const importer of reached) {
      for (const { path, external } of inputs[importer]?.imports ?? []) {
        if (external === true || seen.has(path)) continue;
        seen.add(path);
        this.importers.set(path, importer);
        reached.push(path);
      }
    }
  }

  /** The inputs by way of which an input is imported, from the entry on; none for the entry itself. */
  to(input: string): string[] {
    const chain: string[] = [];
    for (let each = this.importers.get(input); each !== undefined; each = this.importers.get(each))
      chain.unshift(each);
    return chain;
  }
}
