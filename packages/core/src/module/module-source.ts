import { readFileSync } from "node:fs";
import { parse, type Export, type Import } from "es-module-lexer";
import { scanImports, type ImportReference } from "./import-scan.js";

/** What the source of a module tells of its imports and exports. */
export interface ModuleSource {
  /** The module system; unknown where the syntax is beyond the lexer. */
  readonly format: "esm" | "commonjs" | "unknown";
  /** In the order of the source. Imports of types alone are left out. */
  readonly imports: readonly ImportReference[];
  /** Names it exports itself; complete for ES modules only. */
  readonly names: ReadonlySet<string>;
  /** Specifiers of `export * from`: it exports their names too. */
  readonly stars: readonly string[];
  /** Whether something it exports comes from another module. */
  readonly passesOn: boolean;
}

/** Larger files are bundles, which import nothing that we look for. */
const maxCharacters = 4 * 1024 * 1024;

/**
 * Reads and lexes a file.
 *
 * @returns undefined if the file cannot be read, or is too large to be written by hand
 */
export function readModuleSource(file: string): ModuleSource | undefined {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  if (source.length > maxCharacters) return undefined;
  try {
    const [imports, exports, , isModule] = parse(source, file);
    return describe(imports, exports, isModule);
  } catch {
    const imports = scanImports(source);
    return { format: "unknown", imports, names: new Set(), stars: [], passesOn: true };
  }
}

function describe(
  imports: readonly Import[],
  exports: readonly Export[],
  isModule: boolean,
): ModuleSource {
  const kept = exports.filter((each) => !each.typeOnly);
  const stars = kept.filter((each) => each.type === "reexport-all").map((each) => each.from);
  const named = kept.filter((each) => each.type !== "reexport-all");
  return {
    format: isModule ? "esm" : "commonjs",
    imports: imports.flatMap((each) => reference(each)),
    names: new Set(named.map((each) => each.name)),
    stars,
    passesOn: stars.length > 0 || named.some((each) => each.type === "reexport"),
  };
}

function reference(each: Import): ImportReference[] {
  switch (each.type) {
    case "import-meta":
      return [];
    case "dynamic":
      return each.specifier === undefined || each.glob || each.probablyTypeOnly
        ? []
        : [{ specifier: each.specifier, dynamic: true }];
    case "static":
    case "reexport-star":
      return each.typeOnly || each.phase === "source"
        ? []
        : [{ specifier: each.specifier, dynamic: each.phase === "defer" }];
  }
}
