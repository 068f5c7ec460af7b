import { parse, type Identifier, type Literal, type Program } from "acorn";
import { NamedValues } from "./named-values.js";
import { sortedExports, type ExportKind, type Manifest } from "./manifest.js";

/** What a module's code says of its exports. */
export interface ModuleExports {
  readonly manifest: Manifest;
  /** Whether the code of what is imported would say more. */
  readonly reliesOnImports: boolean;
}

/**
 * The exports of a bundled ES module, read from the bundle itself: esbuild has followed the re-exports,
 * dropped the types and applied plugins by then, and everything is declared in one scope.
 *
 * @param names - esbuild's own list, for syntax that the parser does not know.
 */
export function moduleExports(code: string, names: readonly string[]): ModuleExports {
  let program: Program;
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  } catch {
    const unknown = new Map(names.map((name) => [name, "unknown" as const]));
    const exports = sortedExports(unknown);
    return { manifest: { format: "module", exports, complete: false }, reliesOnImports: true };
  }
  const values = new NamedValues(program);
  const kinds = new Map<string, ExportKind>();
  let complete = true;
  let reExports = false;
  for (const statement of program.body) {
    if (statement.type === "ExportAllDeclaration") {
      // A namespace is an object; without a name, its members are known only where it is installed.
      if (statement.exported) kinds.set(keyOf(statement.exported), "value");
      else complete = false;
    } else if (statement.type === "ExportDefaultDeclaration") {
      kinds.set("default", values.kindOf(statement.declaration));
    } else if (statement.type === "ExportNamedDeclaration") {
      if (statement.source) reExports = true;
      for (const { local, exported } of statement.specifiers) {
        kinds.set(keyOf(exported), statement.source ? "unknown" : values.kindOfName(keyOf(local)));
      }
    }
  }
  const exports = sortedExports(kinds);
  const reliesOnImports = !complete || reExports || values.reliesOnImports;
  return { manifest: { format: "module", exports, complete }, reliesOnImports };
}

function keyOf(name: Identifier | Literal): string {
  return name.type === "Identifier" ? name.name : String(name.value);
}
