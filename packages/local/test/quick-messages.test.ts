import { FaastWorkerExitError } from "@faast/core";
import { faastLocal, type LocalFaastModule } from "@faast/local";
import type * as funcs from "./fixtures/quick-messages.ts";
import { mixed } from "./fixtures/quick-messages.ts";

const url = new URL("./fixtures/quick-messages.ts", import.meta.url);

let m: LocalFaastModule<typeof funcs>;
beforeAll(async () => {
  m = await faastLocal<typeof funcs>(url, { concurrency: 2, streamWindow: 1000 });
}, 60_000);
afterAll(() => m.cleanup());

describe("small messages between processes", () => {
  it.each([0, 1, 39, 40, 41, 8180, 8190, 8191, 8192, 8193, 20_000, 131_060, 131_072, 1_048_576])(
    "carry %d bytes as they are",
    async (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i);
      expect(await m.functions.echo(bytes)).toEqual(bytes);
    },
  );

  it.each(["", "a\nb\n", '["r",0]\n', "é", "名前 😀", "\ud800"])(
    "carry the text %j",
    async (text) => {
      expect(await m.functions.echo({ text, deep: [text, 1n] })).toEqual({
        text,
        deep: [text, 1n],
      });
    },
  );

  it("carry the name of any function", async () => {
    expect(await m.functions.名前("x")).toBe("名前: x");
  });
});

describe("streams of many small items", () => {
  it("arrive whole and in order", async () => {
    const items: number[] = [];
    for await (const item of m.functions.count(5000)) items.push(item);
    expect(items).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  }, 30_000);

  it("arrive in order among items that are large, empty or of other kinds", async () => {
    const items: unknown[] = [];
    for await (const item of m.functions.mixed(1200)) items.push(item);
    expect(items).toEqual([...mixed(1200)]);
  }, 30_000);

  it("arrive in order where values go up between them", async () => {
    const stream = m.functions.repeat();
    await stream.next();
    for (let i = 0; i < 300; i++) expect((await stream.next(i)).value).toBe(i);
    await stream.return(undefined);
  }, 30_000);

  it("of two streams at once do not mix", async () => {
    const read = async (first: number) => {
      const items: number[] = [];
      for await (const item of m.functions.count(3000)) items.push(first + item);
      return items;
    };
    const [low, high] = await Promise.all([read(0), read(10_000)]);
    expect(low).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    expect(high).toEqual(Array.from({ length: 3000 }, (_, i) => 10_000 + i));
  }, 30_000);

  it("end with what the generator returned", async () => {
    const stream = m.functions.count(200);
    let last = await stream.next();
    while (last.done !== true) last = await stream.next();
    expect(last.value).toBe("done");
  }, 30_000);

  it("arrive whole before their process exits", async () => {
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of m.functions.countAndExit(700)) items.push(item);
    })();
    await expect(reading).rejects.toBeInstanceOf(FaastWorkerExitError);
    expect(items).toEqual(Array.from({ length: 700 }, (_, i) => i));
  }, 30_000);

  it("arrive whole where the generator computes between two of them", async () => {
    let seen = 0;
    for await (const item of m.functions.countAndCompute(700, 300)) expect(item).toBe(seen++);
    expect(seen).toBe(701);
  }, 30_000);
});
