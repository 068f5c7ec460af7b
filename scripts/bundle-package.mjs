// Turns the sources of the package in the current folder into the few files that it is published as,
// since a hundred small modules take longer to be found than to be read: one file for each entry in
// `exports`, and shared ones in dist/chunks. Types are tsc's affair (`emitDeclarationOnly`).
//
//   node ../../scripts/bundle-package.mjs [module ...]
//
// Modules that are named, by their paths in `src` without the extension, become files of their own as
// well. Dependencies are left to be installed; what the sources import of `devDependencies` is put
// into the files, and its licences beside them.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

const { name, exports, dependencies = {} } = JSON.parse(await readFile("package.json", "utf8"));
const published = Object.values(exports).flatMap(({ default: file }) => file ?? []);
const modules = [
  ...published.map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, "$1")),
  ...process.argv.slice(2),
];
const { metafile, outputFiles } = await build({
  entryPoints: Object.fromEntries(modules.map((module) => [module, `src/${module}.ts`])),
  outdir: "dist",
  // Code finds out by this name whether it runs in these files: see core's own-files.ts.
  chunkNames: `chunks/${name.slice(1).replace("/", "-")}-[hash]`,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // What is named `faast:` becomes a part of each archive.
  external: [...Object.keys(dependencies), "faast:*"],
  // With their text: the sources are not published.
  sourcemap: true,
  metafile: true,
  write: false,
  logLevel: "warning",
});

const written = new Set();
for (const { path, text } of outputFiles) {
  await mkdir(dirname(path), { recursive: true });
  // esbuild keeps the order in which modules are evaluated by imports without names. Ours have no side
  // effects, and whoever bundles them again would be warned that such an import does nothing.
  const code = path.endsWith(".js") ? text.replace(/^import "\.[^"]*";$/gm, "") : text;
  await writeFile(path, code);
  written.add(path);
}
const inlined = new Set(
  Object.keys(metafile.inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  ),
);
if (inlined.size > 0) {
  const file = resolve("dist/third-party-licenses.txt");
  await writeFile(file, (await Promise.all([...inlined].sort().map(licence))).join("\n\n---\n\n"));
  written.add(file);
}
// What an earlier build has left.
for (const entry of await readdir("dist", { recursive: true, withFileTypes: true })) {
  const file = join(resolve(entry.parentPath), entry.name);
  if (entry.isFile() && /\.(?:js|js\.map|txt)$/.test(file) && !written.has(file)) await rm(file);
}

async function licence(directory) {
  const { version } = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
  const file = (await readdir(directory)).find((each) => /^licen[cs]e(?:\.\w+)?$/i.test(each));
  if (file === undefined) throw new Error(`${directory} has no licence that could be passed on.`);
  const text = await readFile(join(directory, file), "utf8");
  return `${directory.replace(/^.*node_modules\//, "")} ${version}\n\n${text.trim()}\n`;
}
