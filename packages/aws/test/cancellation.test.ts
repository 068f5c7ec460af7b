import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FaastCancelledError } from "@faast/core";
import { faastAws, type AwsFaastModule } from "@faast/aws";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft, resourcesOf } from "./leftovers.ts";
import { caught, modes, until } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const text = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
const abandoned = (m: AwsFaastModule<typeof funcs>) =>
  m.costSnapshot().find("abandonedInvocations")?.measured;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aws-cancellation-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(modes)("cancelling in %s", (name, options) => {
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    m = await faastAws(funcs, { ...options, timeout: 20 });
  });
  afterAll(() => m.cleanup());

  it("a plain call: rejects at once, and is counted as abandoned, since it goes on", async () => {
    const file = join(folder, `${name} plain`);
    const controller = new AbortController();
    const { functions } = m.with({ signal: controller.signal });
    const call = caught(functions.sleepAndWrite(1500, file));
    await until(() => text(file) === "begun\n");
    expect(abandoned(m)).toBe(0);
    controller.abort(new Error("enough"));
    const error = await call;
    expect(error).toBeInstanceOf(FaastCancelledError);
    expect(error).toMatchObject({ functionName: "sleepAndWrite", cause: { message: "enough" } });
    expect(text(file)).toBe("begun\n"); // it has not been waited for
    expect(abandoned(m)).toBe(1);
    await until(() => text(file) === "begun\nended\n");
    expect(await m.functions.hello("next")).toBe("hello next");
    expect(abandoned(m)).toBe(1);
  });

  it("a stream: the function is told, and ends in order", async () => {
    const file = join(folder, `${name} stream`);
    const controller = new AbortController();
    const numbers = m.with({ signal: controller.signal }).functions.numbers(1_000_000, file);
    expect(await numbers.next()).toEqual({ value: 1, done: false });
    const next = numbers.next();
    await next;
    const waiting = caught(
      (async () => {
        for await (const _ of numbers);
      })(),
    );
    controller.abort();
    expect(await waiting).toBeInstanceOf(FaastCancelledError);
    await until(() => text(file).endsWith("finally\n"));
    expect(abandoned(m)).toBe(1); // the plain call above
  });
});

it("keeps resources if cleanup() is told to, and removes them when it is told otherwise", async () => {
  const m = await faastAws(funcs, { mode: "queue" });
  await m.functions.hello("x");
  await m.cleanup({ deleteResources: false });
  const kept = (await resourcesOf(emulator)).map((each) => each.replace(/faast-[\da-f-]{36}/, "J"));
  expect(kept).toEqual(
    expect.arrayContaining(["function J", "log group /aws/lambda/J", "queue J-replies"]),
  );
  await m.cleanup();
  await expectNothingLeft(emulator);
});

it.each([[{ mode: "https" }], [{ mode: "queue" }]])(
  "a program ends by itself after cleanup(), whatever was under way: %j",
  async (options) => {
    const driver = fileURLToPath(new URL("./fixtures/driver.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [driver, JSON.stringify(options)],
      { env: process.env, timeout: 15_000 },
    );
    expect(stdout).toBe("hello driver\nFAAST_CANCELLED FAAST_CANCELLED\n");
    await expectNothingLeft(emulator);
  },
);
