import { emptyCensus, type SourceFile } from "../dist/totals.js";
import { countBatch } from "../dist/census.js";
import { countFile } from "../dist/count-file.js";
import { mergeInto, settled } from "../dist/merge.js";
import { differences } from "../dist/difference.js";
import { summarise } from "../dist/summary.js";

const file = (path: string, text: string): SourceFile => ({
  path,
  content: new TextEncoder().encode(text),
});

/** A text of that many words, of which the one at `changed` is another. */
const essay = (words: number, changed = -1): string =>
  Array.from({ length: words }, (_, index) =>
    index === changed ? "changed" : `word${index * index}`,
  ).join(" ");

const files = [
  file("a/package.json", '{ "name": "a", "version": "1.0.0", "license": "(MIT OR Apache-2.0)" }'),
  file("a/LICENSE", "Apache License\n  Version 2.0, January 2004"),
  file("a/index.js", "// greets\nconsole.log('http://x');\n\n"),
  file("b/package.json", '{ "name": "b", "version": "2.0.0", "licenses": [{ "type": "MIT" }] }'),
  file("b/index.js", "// greets\nconsole.log('http://x');\n\n"),
  file("b/image.png", "\u0089PNG\0\0"),
  file("empty", ""),
  file("essay.md", essay(400)),
  file("second-essay.md", essay(400, 200)),
];

describe("the census of a few files", () => {
  test("counts files, bytes and binary files", () => {
    const census = countBatch(files);
    expect(census.files).toBe(files.length);
    expect(census.bytes).toBe(files.reduce((sum, { content }) => sum + content.length, 0));
    expect(census.binaryFiles).toBe(1);
    expect(census.languages.has("Other text")).toBe(true);
    expect(census.languages.get("JavaScript")).toEqual({
      files: 2,
      bytes: 72,
      lines: 6,
      blank: 2,
      comment: 2,
      words: 10,
    });
  });

  test("finds copies, near copies and licences", () => {
    const summary = summarise(countBatch(files));
    expect(summary.copies).toEqual({ files: 1, bytes: 36 });
    expect(summary.mostCopied).toEqual([{ copies: 2, bytes: 36, wasted: 36, path: "a/index.js" }]);
    expect(summary.mostSimilar.map(({ files, path }) => [files, path])).toEqual([[2, "essay.md"]]);
    expect(summary.packages).toBe(2);
    expect(summary.packagesWithoutText).toBe(1);
    expect(summary.licences).toEqual([
      { licence: "Apache-2.0 OR MIT", packages: 1, texts: 0 },
      { licence: "MIT", packages: 1, texts: 0 },
      { licence: "Apache-2.0", packages: 0, texts: 1 },
    ]);
  });

  test("is the same however the files are divided, whichever part comes first", () => {
    const whole = emptyCensus();
    for (const each of files) countFile(whole, each);
    for (let cut = 0; cut <= files.length; cut++) {
      const merged = emptyCensus();
      mergeInto(merged, countBatch(files.slice(cut)));
      mergeInto(merged, countBatch(files.slice(0, cut)));
      expect(differences(settled(merged), settled(whole))).toEqual([]);
    }
  });

  test("keeps texts apart that differ throughout", () => {
    const census = countBatch([
      file("a.md", essay(400)),
      file("b.md", "other " + essay(90).toUpperCase()),
    ]);
    expect(summarise(census).similar.groups).toBe(0);
  });
});

describe("differences", () => {
  test("are named by their place", () => {
    const one = new Map([["JSON", { words: 12 }]]);
    const other = new Map([["JSON", { words: 13 }]]);
    expect(differences({ languages: one }, { languages: other })).toEqual([
      "languages.JSON.words: 12, but 13",
    ]);
    expect(differences({ languages: one }, { languages: new Map() })).toHaveLength(1);
  });
});
