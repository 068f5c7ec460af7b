import { readFile } from "node:fs/promises";
import { values } from "./fixtures/wire/values.mjs";
import { difference } from "./wire-equality.ts";
import { decode, encode } from "./wire-codec.ts";

const recorded = new URL("fixtures/wire/documents.json", import.meta.url);

describe("documents recorded earlier, by whatever Node.js", () => {
  let documents: readonly { name: string; base64: string }[];
  beforeAll(async () => {
    documents = JSON.parse(await readFile(recorded, "utf8")) as typeof documents;
  });

  test("are those of the values known here", () => {
    expect(documents.map(({ name }) => name)).toEqual(values.map(({ name }) => name));
  });

  test.each(values)("$name is decoded, and makes the same bytes again", ({ name, make }) => {
    const bytes = Buffer.from(documents.find((each) => each.name === name)!.base64, "base64");
    expect(difference(make(), decode(bytes))).toBeUndefined();
    expect(Buffer.from(encode(make())).equals(bytes)).toBe(true);
    expect(Buffer.from(encode(decode(bytes))).equals(bytes)).toBe(true);
  });
});
