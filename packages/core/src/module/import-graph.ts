import { fileURLToPath, pathToFileURL } from "node:url";
import { resolveImport } from "./import-resolver.js";
import { readModuleSource, type ModuleSource } from "./module-source.js";
import { isInPackage, isProgram, isTypeScript } from "./source-file.js";

/** A module met on a walk. */
export interface GraphNode {
  /** As it would be imported, with any query. */
  readonly url: string;
  readonly file: string;
  /** Whether only static imports lead here, from a file that runs: then it was loaded already. */
  readonly loaded: boolean;
  /** Whether the walk began here. */
  readonly start: boolean;
}

/** What a walk does about installed packages. */
export interface WalkOptions {
  /**
   * Whether to follow the imports of packages too, once the user's own files are exhausted. The
   * modules of packages that these import are met in any case.
   */
  readonly packages: boolean;
}

/** A walk looks at no more files than this, so that it ends soon in the largest of programs. */
const maxFiles = 2_000;

/** The modules that import one another, as far as their sources tell. Reads each file once. */
export class ImportGraph {
  readonly #sources = new Map<string, ModuleSource | undefined>();
  readonly #resolved = new Map<string, readonly string[]>();

  /** How many files were read so far. */
  get examined(): number {
    return this.#sources.size;
  }

  /**
   * Modules in breadth-first order: the user's own files first, and of these the ones that static
   * imports lead to before those that may never have been loaded.
   *
   * @param starts - absolute paths
   */
  *walk(starts: readonly string[], options: WalkOptions): Generator<GraphNode, void> {
    const queues: GraphNode[][] = [[], [], [], []];
    /** Whether each was met as a module that is loaded for certain, which is the better to know. */
    const seen = new Map<string, boolean>();
    const enqueue = (node: GraphNode) => {
      const inPackage = isInPackage(node.file);
      const before = seen.get(node.url);
      if (before === true || before === node.loaded) return;
      seen.set(node.url, node.loaded);
      queues[(inPackage ? 2 : 0) + (node.loaded ? 0 : 1)]?.push(node);
    };
    for (const file of starts) {
      enqueue({ url: pathToFileURL(file).href, file, loaded: true, start: true });
    }
    for (let visited = 0; visited < maxFiles; visited++) {
      const node = queues.find((queue) => queue.length > 0)?.shift();
      if (node === undefined) return;
      if (node.loaded !== seen.get(node.url)) continue;
      yield node;
      if (options.packages || node.start || !isInPackage(node.file)) {
        for (const edge of this.#edges(node)) enqueue(edge);
      }
    }
  }

  /**
   * Whether a module with exactly these exports could be this file. True where the source does not
   * tell and the module was loaded anyway.
   */
  mayExport(node: Pick<GraphNode, "url" | "file" | "loaded">, keys: ReadonlySet<string>): boolean {
    const exported = this.#exported(node.url, new Set());
    if (exported !== undefined) return fits(exported, keys, isTypeScript(node.file));
    const format = this.source(node.file)?.format;
    // The namespace of a CommonJS module always has `default`.
    return node.loaded && (format === "unknown" || (format === "commonjs" && keys.has("default")));
  }

  /** Whether the source tells for certain that these are its exports. */
  exportsExactly(node: Pick<GraphNode, "url" | "file">, keys: ReadonlySet<string>): boolean {
    const exported = this.#exported(node.url, new Set());
    return (
      exported !== undefined && !exported.open && fits(exported, keys, isTypeScript(node.file))
    );
  }

  /** Whether the module exports something that another module defines. */
  passesOn(file: string): boolean {
    return this.source(file)?.passesOn === true;
  }

  /** Whether static imports lead from a module to one of these files, itself included. */
  reaches(url: string, files: ReadonlySet<string>): boolean {
    const seen = new Set([url]);
    // A set may grow while it is iterated.
    for (const each of seen) {
      const file = fileURLToPath(each);
      if (files.has(file)) return true;
      if (seen.size > maxFiles) return false;
      for (const { specifier, dynamic } of this.source(file)?.imports ?? []) {
        if (!dynamic) this.#resolve(specifier, each).forEach((next) => seen.add(next));
      }
    }
    return false;
  }

  /** What a file's source tells; undefined when it cannot be read. */
  source(file: string): ModuleSource | undefined {
    if (!this.#sources.has(file)) this.#sources.set(file, readModuleSource(file));
    return this.#sources.get(file);
  }

  #edges(node: GraphNode): GraphNode[] {
    return (this.source(node.file)?.imports ?? []).flatMap(({ specifier, dynamic }) =>
      this.#resolve(specifier, node.url).map((url) => ({
        url,
        file: fileURLToPath(url),
        loaded: node.loaded && !dynamic,
        start: false,
      })),
    );
  }

  #resolve(specifier: string, parent: string): readonly string[] {
    const key = `${parent}\n${specifier}`;
    let urls = this.#resolved.get(key);
    if (urls === undefined) {
      urls = resolveImport(specifier, parent).filter((url) => isProgram(fileURLToPath(url)));
      this.#resolved.set(key, urls);
    }
    return urls;
  }

  #exported(url: string, seen: Set<string>): ExportedNames | undefined {
    seen.add(url);
    const source = this.source(fileURLToPath(url));
    if (source?.format !== "esm") return undefined;
    const names = new Set(source.names);
    let open = false;
    for (const star of source.stars) {
      const [target] = this.#resolve(star, url);
      if (target !== undefined && seen.has(target)) continue;
      const more = target === undefined ? undefined : this.#exported(target, seen);
      if (more === undefined || more.open) open = true;
      for (const name of more?.names ?? []) if (name !== "default") names.add(name);
    }
    return { names, open, stars: source.stars.length > 0 };
  }
}

interface ExportedNames {
  readonly names: ReadonlySet<string>;
  /** Whether there may be more names than these. */
  readonly open: boolean;
  /** Whether `export *` is among them, which leaves out a name that comes from two sides. */
  readonly stars: boolean;
}

/** A source may name more than there is: a type that TypeScript erased, or an ambiguous star. */
function fits(exported: ExportedNames, keys: ReadonlySet<string>, typeScript: boolean): boolean {
  const { names, open, stars } = exported;
  const all = open || [...keys].every((key) => names.has(key));
  return all && (stars || typeScript || names.size === keys.size);
}
