/** One import of a module, as its source spells it. */
export interface ImportReference {
  readonly specifier: string;
  /** Whether the import is run only if and when the program gets there: `import("...")`. */
  readonly dynamic: boolean;
}

/**
 * Comments, templates and strings, to be skipped; then the three ways to import. An import statement
 * must begin its line, or follow a semicolon or brace. A string ends with its line at the latest, so
 * that an apostrophe in the text of JSX cannot swallow what follows.
 */
const tokens = new RegExp(
  [
    /\/\/.*/,
    /\/\*[\s\S]*?\*\//,
    /`(?:\\[\s\S]|[^\\`])*`/,
    /(?<=^|[;{}\n])[ \t]*(?:import|export)\b(?!\s+type\b(?!\s+from\b|\s*,))(?:[\w$\s*{},]*?\bfrom)?\s*(?<q1>["'])(?<source>[^"'\n]+)\k<q1>/,
    /(?<=^|[;{}\n])[ \t]*import\s+[\w$]+\s*=\s*require\s*\(\s*(?<q2>["'])(?<required>[^"'\n]+)\k<q2>/,
    /\bimport\s*\(\s*(?<q3>["'])(?<dynamic>[^"'\n]+)\k<q3>\s*[,)]/,
    /"(?:\\.|[^\\"\n])*"?/,
    /'(?:\\.|[^\\'\n])*'?/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

/**
 * The imports of a source that the lexer does not understand, such as one with JSX. Tolerant: it may
 * report an import too many, which costs a look at a file, but takes no offence at any syntax.
 */
export function scanImports(source: string): ImportReference[] {
  const found: ImportReference[] = [];
  for (const { groups } of source.matchAll(tokens)) {
    const fixed = groups?.source ?? groups?.required;
    if (fixed !== undefined) found.push({ specifier: fixed, dynamic: false });
    else if (groups?.dynamic !== undefined)
      found.push({ specifier: groups.dynamic, dynamic: true });
  }
  return found;
}
