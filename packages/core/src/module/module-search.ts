import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { init } from "es-module-lexer";
import { importWithin } from "./bounded-import.js";
import { functionOrigins, type FunctionOrigins, type LoadedScript } from "./function-origins.js";
import { ImportGraph, type GraphNode } from "./import-graph.js";
import { isInPackage, isProgram } from "./source-file.js";

/** What came of a search. */
export interface SearchResult {
  /** Absolute path; undefined when no file is certain to be the module's. */
  readonly file: string | undefined;
  readonly examined: number;
}

/** For importing a module that ought to be loaded already. */
const deadline = 5_000;
/** For one that may wait for a caller which itself waits for us: then the import never settles. */
const cycleDeadline = 1_000;

/**
 * Finds the file of a namespace by following the imports of the callers.
 *
 * @param module - a native namespace, or the stand-in for one that a module runner such as vite's makes
 * @param starts - absolute paths of the files to start from, nearest first
 */
export async function searchModule(
  module: object,
  starts: readonly string[],
): Promise<SearchResult> {
  await init();
  const search = new ModuleSearch(module, starts);
  const file = types.isModuleNamespaceObject(module)
    ? await search.findNative()
    : await search.findStandIn();
  return { file, examined: search.graph.examined };
}

type Candidate = Pick<GraphNode, "url" | "file" | "loaded">;

class ModuleSearch {
  readonly graph = new ImportGraph();
  readonly #module: object;
  readonly #keys: ReadonlySet<string>;
  readonly #starts: readonly string[];
  readonly #startFiles: ReadonlySet<string>;
  #origins: Promise<FunctionOrigins | undefined> | undefined;
  readonly #tried = new Set<string>();
  /** Exports fit, but identity could not be checked. */
  readonly #plausible = new Map<string, Candidate>();

  constructor(module: object, starts: readonly string[]) {
    this.#module = module;
    this.#starts = starts;
    this.#startFiles = new Set(starts);
    this.#keys = new Set(
      Reflect.ownKeys(module).filter(
        (key) => typeof key === "string" && key !== "__esModule" && key !== "module.exports",
      ) as string[],
    );
  }

  /** A module has but one native namespace: importing a candidate again tells for certain. */
  async findNative(): Promise<string | undefined> {
    const imported = await this.#firstIdentical(this.graph.walk(this.#starts, { packages: false }));
    if (imported !== undefined) return imported;
    const origins = await this.#functionOrigins();
    const others =
      origins === undefined
        ? this.graph.walk(this.#starts, { packages: true })
        : loadedScripts(origins, (script) => script.isModule);
    return (await this.#firstIdentical(others)) ?? this.#onlyPlausible(origins);
  }

  /**
   * A module runner evaluates the file itself, so that importing it would run it a second time, and
   * give another object. The engine tells where the functions are from, the sources the rest.
   */
  async findStandIn(): Promise<string | undefined> {
    const origins = await this.#functionOrigins();
    const [only, ...more] = origins?.files ?? [];
    if (only !== undefined && more.length === 0) {
      const candidate = { url: pathToFileURL(only).href, file: only, loaded: true };
      if (this.graph.mayExport(candidate, this.#keys)) return only;
    }
    const reached = this.graph.walk(this.#starts, { packages: origins === undefined });
    for (const candidates of [
      reached,
      origins === undefined ? [] : loadedScripts(origins, () => true),
    ]) {
      for (const candidate of candidates) this.#considerPlausible(candidate);
    }
    return this.#onlyPlausible(origins);
  }

  async #firstIdentical(candidates: Iterable<Candidate>): Promise<string | undefined> {
    for (const candidate of candidates) {
      if (this.#tried.has(candidate.url)) continue;
      this.#tried.add(candidate.url);
      if (!this.graph.mayExport(candidate, this.#keys)) continue;
      if (await this.#isIdentical(candidate)) return candidate.file;
    }
    return undefined;
  }

  async #isIdentical(candidate: Candidate): Promise<boolean> {
    // A caller may be in the middle of its evaluation, or be a program that must not run twice; and
    // a namespace with a `then` never comes out of an import.
    if (this.#startFiles.has(candidate.file) || this.#keys.has("then")) {
      this.#considerPlausible(candidate);
      return false;
    }
    const inCycle = this.graph.reaches(candidate.url, this.#startFiles);
    if (inCycle || !candidate.loaded) {
      const defined = await this.#defines(candidate);
      if (defined !== undefined) return defined;
    }
    const outcome = await importWithin(candidate.url, inCycle ? cycleDeadline : deadline);
    if (outcome.status === "loaded" && outcome.namespace === this.#module) return true;
    // It waits for us, or was loaded once more: a test framework can reset its modules.
    const isPlausible =
      outcome.status === "loaded"
        ? isReloaded(outcome.namespace, this.#module)
        : outcome.status === "pending" && inCycle;
    if (isPlausible) this.#considerPlausible(candidate);
    return false;
  }

  /**
   * Whether the module is this file's, by what the engine knows; undefined if that settles nothing.
   * For candidates that had better not be imported: they might wait for us, or run for the first time.
   */
  async #defines(candidate: Candidate): Promise<boolean | undefined> {
    const origins = await this.#functionOrigins();
    if (origins === undefined || origins.files.size === 0) return undefined;
    const { file } = candidate;
    if (origins.files.has(file)) {
      return this.graph.exportsExactly(candidate, this.#keys) ? true : undefined;
    }
    const isLoaded = origins.scripts.some((script) => script.file === file);
    return isLoaded && this.graph.passesOn(file) ? undefined : false;
  }

  #functionOrigins(): Promise<FunctionOrigins | undefined> {
    return (this.#origins ??= functionOrigins(values(this.#module)));
  }

  #considerPlausible(candidate: Candidate): void {
    if (this.graph.exportsExactly(candidate, this.#keys)) {
      this.#plausible.set(candidate.file, candidate);
    }
  }

  /**
   * The plausible file, if there is but one: of those that define a function of the module, or else
   * of those that pass on what others define. Sending the wrong file would be worse than sending none.
   */
  #onlyPlausible(origins: FunctionOrigins | undefined): string | undefined {
    const all = [...this.#plausible.keys()];
    const known = origins !== undefined && origins.files.size > 0;
    const definers = known ? all.filter((file) => origins.files.has(file)) : all;
    const files = definers.length > 0 ? definers : all.filter((file) => this.graph.passesOn(file));
    return files.length === 1 ? files[0] : undefined;
  }
}

/** What is loaded already: the files that define the functions first, installed packages last. */
function loadedScripts(
  { files, scripts }: FunctionOrigins,
  filter: (script: LoadedScript) => boolean,
): Candidate[] {
  const rank = ({ file }: Candidate) => (files.has(file) ? 0 : isInPackage(file) ? 2 : 1);
  return scripts
    .filter((script) => isProgram(script.file) && filter(script))
    .map(({ url, file }) => ({ url, file, loaded: true }))
    .sort((a, b) => rank(a) - rank(b));
}

/** Whether two namespaces come of one source: the text of each function is the same. */
function isReloaded(namespace: object, module: object): boolean {
  const texts = (object: object) =>
    values(object)
      .filter((value) => typeof value === "function")
      .map((value) => Function.prototype.toString.call(value));
  const [one, other] = [texts(namespace), texts(module)];
  return one.length > 0 && one.join("\0") === other.join("\0");
}

/** What a module exports, but for what cannot be read, in the order of its keys. */
function values(module: object): unknown[] {
  return Reflect.ownKeys(module)
    .filter((key) => typeof key === "string")
    .sort()
    .map((key) => {
      try {
        return (module as Record<string, unknown>)[key];
      } catch {
        return undefined;
      }
    });
}
