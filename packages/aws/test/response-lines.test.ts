import { ResponseLines } from "../dist/response-lines.js";

const text = '{"a":1}\n{"b":"é€𝄞"}\n\n{"c":3}';

it.each([1, 2, 3, 5, 7, 100])("lines are found in parts of %d bytes", (size) => {
  const lines = new ResponseLines();
  const bytes = Buffer.from(text);
  const found: string[] = [];
  for (let i = 0; i < bytes.byteLength; i += size) {
    found.push(...lines.push(bytes.subarray(i, i + size)));
  }
  expect([...found, lines.end()]).toEqual(text.split("\n"));
});

it("what ends with a line end has nothing after it", () => {
  const lines = new ResponseLines();
  expect(lines.push(Buffer.from("a\n"))).toEqual(["a"]);
  expect(lines.end()).toBe("");
});
