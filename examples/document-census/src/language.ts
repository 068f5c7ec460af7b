/** How comments are written. A block comment has a start and an end. */
export interface CommentSyntax {
  readonly line: readonly string[];
  readonly block?: readonly [start: string, end: string];
}

/** A language of source or of documents. */
export interface Language {
  readonly name: string;
  readonly comments: CommentSyntax;
  /** Whether it is meant to be read as prose, all of it; of others, the comments are. */
  readonly prose: boolean;
}

const noComments: CommentSyntax = { line: [] };
const slashes: CommentSyntax = { line: ["//"], block: ["/*", "*/"] };
const hashes: CommentSyntax = { line: ["#"] };
const angles: CommentSyntax = { line: [], block: ["<!--", "-->"] };

/** Name, comments, then file extensions. */
const table: readonly (readonly [string, CommentSyntax, string])[] = [
  ["JavaScript", slashes, "js mjs cjs jsx flow"],
  ["TypeScript", slashes, "ts mts cts tsx"],
  ["JSON", noComments, "json jsonc webmanifest"],
  ["Source map", noComments, "map"],
  ["YAML", hashes, "yml yaml"],
  ["TOML", hashes, "toml"],
  ["CSS", { line: [], block: ["/*", "*/"] }, "css"],
  ["Sass, Less", slashes, "scss sass less"],
  ["HTML", angles, "html htm vue svelte"],
  ["XML", angles, "xml svg xsd"],
  ["C, C++", slashes, "c h cc cpp cxx hh hpp hxx"],
  ["C#", slashes, "cs"],
  ["Go", slashes, "go"],
  ["Java", slashes, "java"],
  ["Kotlin", slashes, "kt kts"],
  ["Rust", slashes, "rs"],
  ["Swift", slashes, "swift"],
  ["PHP", { line: ["//", "#"], block: ["/*", "*/"] }, "php"],
  ["Python", hashes, "py pyi gyp gypi"],
  ["Ruby", hashes, "rb"],
  ["CoffeeScript", hashes, "coffee"],
  ["Shell", hashes, "sh bash zsh"],
  ["SQL", { line: ["--"], block: ["/*", "*/"] }, "sql"],
  ["Template", noComments, "hbs mustache ejs jst tpl"],
  ["Comma-separated", noComments, "csv tsv"],
  ["Settings", hashes, "ini cfg conf properties env"],
];

const markdown: Language = { name: "Markdown", comments: noComments, prose: true };
const plainText: Language = { name: "Plain text", comments: noComments, prose: true };
const declarations = language("TypeScript declarations", slashes);
const makefile = language("Makefile", hashes);
const settings = language("Settings", hashes);
const unknown = language("Other text", noComments);

const byExtension = new Map<string, Language>([
  ["md", markdown],
  ["markdown", markdown],
  ["txt", plainText],
  ["text", plainText],
  ["rst", plainText],
  ["adoc", plainText],
]);
const byLanguage = new Map<string, Language>();
for (const [name, comments, extensions] of table) {
  const each = language(name, comments);
  byLanguage.set(name, each);
  for (const extension of extensions.split(" ")) byExtension.set(extension, each);
}

/** Files known by their whole name. */
const byName: readonly (readonly [RegExp, Language])[] = [
  [/\.d\.[cm]?ts$|\.d\.[^.]+\.ts$/, declarations],
  [/^(.*[-_.])?(un)?licen[cs]e([-_.](mit|bsd|apache\d*|isc))?$|^copying(\.lesser)?$/, plainText],
  [/^(readme|authors|contributors|changelog|changes|history|notice|patents|todo)$/, plainText],
  [/^(gnu)?makefile$|\.mk$/, makefile],
  [/^(dockerfile|containerfile)$/, language("Dockerfile", hashes)],
  [/^\.[a-z]+ignore$|^\.(editorconfig|gitattributes|npmrc|nvmrc|env)$/, settings],
  [/^\.(eslintrc|babelrc|nycrc|jshintrc|prettierrc|swcrc)$/, byLanguage.get("JSON") ?? unknown],
];

/** What runs a script whose name does not tell. */
const byInterpreter: readonly (readonly [RegExp, string])[] = [
  [/\b(node|deno|bun)\b/, "JavaScript"],
  [/\bpython[\d.]*\b/, "Python"],
  [/\bruby\b/, "Ruby"],
  [/\b(ba|z|da|k)?sh\b/, "Shell"],
];

/** Tells the language by the file's name; where it has no extension, by its first line. */
export function languageOf(fileName: string, text: string): Language {
  const name = fileName.toLowerCase();
  const known = byName.find(([pattern]) => pattern.test(name));
  if (known !== undefined) return known[1];
  const dot = name.lastIndexOf(".");
  if (dot > 0) return byExtension.get(name.slice(dot + 1)) ?? unknown;
  return byFirstLine(text) ?? unknown;
}

function byFirstLine(text: string): Language | undefined {
  if (!text.startsWith("#!")) return undefined;
  const end = text.indexOf("\n");
  const line = text.slice(0, end === -1 ? text.length : end);
  const found = byInterpreter.find(([pattern]) => pattern.test(line));
  return found === undefined ? undefined : byLanguage.get(found[1]);
}

function language(name: string, comments: CommentSyntax): Language {
  return { name, comments, prose: false };
}
