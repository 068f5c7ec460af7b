import { languageOf } from "../dist/language.js";
import { countLines } from "../dist/lines.js";
import { countWords } from "../dist/words.js";

function count(name: string, text: string) {
  const prose: string[] = [];
  const counts = countLines(text, languageOf(name, text), (line) => prose.push(line));
  return { ...counts, prose };
}

describe("lines", () => {
  test("are comments where they begin with one, and lie in a block that does", () => {
    const text = [
      "/* one",
      "",
      "   two */",
      "/* three */ code();",
      'const url = "http://host"; // four',
      "const glob = 'a/*';",
      "code();",
      "/* five */ // six",
    ].join("\r\n");
    expect(count("a.ts", text)).toEqual({
      lines: 8,
      blank: 1,
      comment: 3,
      prose: ["/* one", "two */", "/* five */ // six"],
    });
  });

  test("are counted with and without a newline at the end", () => {
    expect(count("a.py", "# one\ncode").lines).toBe(2);
    expect(count("a.py", "# one\ncode\n").lines).toBe(2);
    expect(count("a.py", "").lines).toBe(0);
  });

  test("of a document are prose outside its blocks of code", () => {
    expect(count("a.md", "one\n```js\ntwo\n```\nthree").prose).toEqual(["one", "three"]);
  });
});

describe("languages", () => {
  test.each([
    ["index.mjs", "JavaScript"],
    ["index.d.mts", "TypeScript declarations"],
    ["index.mts", "TypeScript"],
    ["LICENSE", "Plain text"],
    ["LICENSE-MIT", "Plain text"],
    ["Makefile", "Makefile"],
    [".npmignore", "Settings"],
    ["what.xyz", "Other text"],
  ])("%s is %s", (name, language) => {
    expect(languageOf(name, "").name).toBe(language);
  });

  test("of a script without extension are told by its first line", () => {
    expect(languageOf("tool", "#!/usr/bin/env node\n").name).toBe("JavaScript");
    expect(languageOf("tool", "#!/bin/sh").name).toBe("Shell");
    expect(languageOf("tool", "node").name).toBe("Other text");
  });
});

describe("words", () => {
  test.each([
    ["", 0],
    ["one", 1],
    ["one two_2", 2],
    ["naïve Ωμέγα 漢字", 3],
    ["a-b.c", 3],
  ])("of %j are counted", (text, words) => {
    const hashes: number[] = [];
    expect(countWords(text, (hash) => hashes.push(hash))).toBe(words);
    expect(new Set(hashes).size).toBe(words);
  });

  test("may be megabytes long", () => {
    expect(countWords("x".repeat(8_000_000), () => undefined)).toBe(1);
  });
});
