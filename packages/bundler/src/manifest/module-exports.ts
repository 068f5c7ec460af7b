import { parse, type Identifier, type Literal, type Program } from "acorn";
import { NamedValues } from "./named-values.js";
import { sortedExports, type ExportKind, type Manifest } from "./manifest.js";

/**
 * The exports of a bundled ES module, read from the bundle itself: esbuild has followed the re-exports,
 * dropped the types and applied plugins by then, and everything is declared in one scope.
 *
 * @param names - esbuild's own list, for syntax that the parser does not know.
 */
export function moduleManifest(code: string, names: readonly string[]): Manifest {
  let program: Program;
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  } catch {
    const unknown = new Map(names.map((name) => [name, "unknown" as const]));
    return { format: "module", exports: sortedExports(unknown), complete: false };
  }
  const values = new NamedValues(program);
  const kinds = new Map<string, ExportKind>();
  let complete = true;
  for (const statement of program.body) {
    if (statement.type === "ExportAllDeclaration") {
      // A namespace is an object; without a name, its members are known only where it is installed.
      if (statement.exported) kinds.set(keyOf(statement.exported), "value");
      else complete = false;
    } else if (statement.type === "ExportDefaultDeclaration") {
      kinds.set("default", values.kindOf(statement.declaration));
    } else if (statement.type === "ExportNamedDeclaration") {
      const elsewhere = Boolean(statement.source);
      for (const { local, exported } of statement.specifiers) {
        kinds.set(keyOf(exported), elsewhere ? "unknown" : values.kindOfName(keyOf(local)));
      }
    }
  }
  return { format: "module", exports: sortedExports(kinds), complete };
}

function keyOf(name: Identifier | Literal): string {
  return name.type === "Identifier" ? name.name : String(name.value);
}
