import { parse, type AnyNode, type ObjectExpression } from "acorn";
import type { Loader, Metafile } from "esbuild";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { withEsbuild } from "../build/esbuild-service.js";
import { NamedValues } from "./named-values.js";
import { sortedExports, type ExportKind, type Manifest } from "./manifest.js";

/** How esbuild reads the extensions of TypeScript and JSX; anything else is JavaScript. */
const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".cts": "ts",
  ".mts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
  ".json": "json",
};

/** What is gathered on the way through a module and those that it re-exports. */
interface Findings {
  readonly kinds: Map<string, ExportKind>;
  readonly seen: Set<string>;
  complete: boolean;
}

/**
 * The exports of a CommonJS module. Node's own lexer names them, as it does for `import`; a parser adds
 * their kinds and what the lexer is too hasty for.
 *
 * @param input - The module, as the metafile names it.
 * @param base - What the metafile's names start from.
 */
export async function commonJsManifest(
  metafile: Metafile,
  input: string,
  base: string,
): Promise<Manifest> {
  const findings: Findings = { kinds: new Map(), seen: new Set(), complete: true };
  await gather(metafile, input, base, findings);
  const { kinds, complete } = findings;
  kinds.delete("__esModule");
  return { format: "commonjs", exports: sortedExports(kinds), complete };
}

async function gather(
  metafile: Metafile,
  input: string,
  base: string,
  findings: Findings,
): Promise<void> {
  const { kinds, seen } = findings;
  if (seen.has(input)) return;
  seen.add(input);
  const code = await plainCode(resolve(base, input));
  if (code === undefined) {
    findings.complete = false;
    return;
  }
  const { init, parse: lex } = await import("cjs-module-lexer");
  await init();
  let lexed: ReturnType<typeof lex>;
  try {
    lexed = lex(code, input);
    addAssigned(code, findings);
  } catch {
    // Read by esbuild, but not by these parsers: the bundle is good, its manifest only is lacking.
    findings.complete = false;
    return;
  }
  for (const name of lexed.exports) if (!kinds.has(name)) kinds.set(name, "unknown");
  for (const specifier of lexed.reexports) {
    const imported = metafile.inputs[input]?.imports.find(({ original }) => original === specifier);
    if (imported === undefined || imported.external === true) findings.complete = false;
    else await gather(metafile, imported.path, base, findings);
  }
}

/** A source as JavaScript, without its types. */
async function plainCode(file: string): Promise<string | undefined> {
  const loader = loaders[extname(file)] ?? "js";
  try {
    const source = await readFile(file, "utf8");
    return (
      await withEsbuild((esbuild) => esbuild.transform(source, { loader, logLevel: "silent" }))
    ).code;
  } catch {
    // A plugin made it, or it has changed since.
    return undefined;
  }
}

/** Adds what is assigned to `exports.name`, `module.exports.name` and `module.exports`. */
function addAssigned(code: string, findings: Findings): void {
  const program = parse(code, {
    ecmaVersion: "latest",
    sourceType: "script",
    allowHashBang: true,
    allowReturnOutsideFunction: true,
  });
  const values = new NamedValues(program);
  for (const { target, value } of values.memberAssignments) {
    if (isExports(target)) addWhole(value, values, findings);
    if (target.type !== "MemberExpression" || !isExports(target.object)) continue;
    const key = propertyName(target.property, target.computed);
    if (key === undefined) findings.complete = false;
    else add(findings, key, values.kindOf(value));
  }
}

/** `module.exports = ...` */
function addWhole(value: AnyNode, values: NamedValues, findings: Findings): void {
  const whole = value.type === "Identifier" ? (values.onlyValue(value.name) ?? value) : value;
  if (whole.type === "ObjectExpression") {
    addProperties(whole, values, findings);
    return;
  }
  const kind = values.kindOf(whole);
  // A call, such as `require("./other")`: what it re-exports is followed by the lexer's account.
  if (kind === "unknown") findings.complete &&= isRequire(whole);
  else if (kind !== "value") add(findings, "default", kind);
}

function addProperties(object: ObjectExpression, values: NamedValues, findings: Findings): void {
  for (const property of object.properties) {
    const key =
      property.type === "Property" ? propertyName(property.key, property.computed) : undefined;
    if (property.type !== "Property" || key === undefined) findings.complete = false;
    else add(findings, key, property.kind === "init" ? values.kindOf(property.value) : "unknown");
  }
}

/** A key that is assigned twice, with different kinds, may be either. */
function add({ kinds }: Findings, key: string, kind: ExportKind): void {
  const other = kinds.get(key);
  // TypeScript and Babel write `exports.a = void 0` before they assign it.
  if (other === undefined || other === "value") kinds.set(key, kind);
  else if (kind !== "value" && kind !== other) kinds.set(key, "unknown");
}

function isExports(node: AnyNode): boolean {
  if (node.type === "Identifier") return node.name === "exports";
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "module" &&
    propertyName(node.property, node.computed) === "exports"
  );
}

function isRequire(node: AnyNode): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "Identifier" &&
    node.callee.name === "require"
  );
}

function propertyName(node: AnyNode, computed: boolean): string | undefined {
  if (node.type === "Literal") return String(node.value);
  return node.type === "Identifier" && !computed ? node.name : undefined;
}
