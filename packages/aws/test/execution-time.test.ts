import { FaastCreateFunctionError, FaastOutOfMemoryError } from "@faast/core";
import { faastAws } from "@faast/aws";
import { heapLimit } from "../dist/heap-limit.js";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft, resourcesOf } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

describe("Lambda's own limits", () => {
  afterAll(() => expectNothingLeft(emulator));

  it("leave a module the time to load, whatever the time-out of its calls", async () => {
    await using m = await faastAws(fixture("slow-import.mjs"), { timeout: 1, maxRetries: 0 });
    expect(await m.functions.get!()).toBe("at last");
  }, 30_000);

  it("leave a single call the time that it is given", async () => {
    await using m = await faastAws(funcs, { timeout: 1, maxRetries: 0 });
    expect(await m.with({ timeout: 20 }).functions.sleep(8_000)).toBe(8_000);
  }, 30_000);

  it("of memory are met by the child process first", async () => {
    await using m = await faastAws(funcs, { memorySize: 320, maxRetries: 0 });
    expect(await caught(m.functions.exhaustHeap())).toBeInstanceOf(FaastOutOfMemoryError);
  }, 30_000);

  const slowly = process.env.FAAST_TEST_FULL ? it.each(modes) : it.skip.each(modes);

  slowly(
    "do not come before the reason why a module never loads, in %s",
    async (_name, mode) => {
      const module = fixture("endless-import.mjs");
      await using m = await faastAws(module, { ...mode, timeout: 1, maxRetries: 0 });
      const error = await caught(m.functions.get!());
      expect(error).toBeInstanceOf(FaastCreateFunctionError);
      expect((error as Error).message).toContain("was not loaded within 30 s");
    },
    90_000,
  );
});

it.each([
  [1728, 0, 1536],
  [320, 0, 160],
  [128, 0, 64],
  [128, 100, 100],
])(
  "of %i MB, and %i for the child process, its heap has %i",
  (memorySize, childProcessMemoryMb, limit) => {
    expect(heapLimit({ memorySize, childProcessMemoryMb })).toBe(limit);
  },
);

describe.each(modes.filter(([, { mode }]) => mode === "queue"))("in %s", (_name, options) => {
  it("Lambda reports executions that fail, and does not try them again itself", async () => {
    {
      await using m = await faastAws(funcs, options);
      expect(await m.functions.hello("x")).toBe("hello x");
      const resources = await resourcesOf(emulator);
      expect(resources).toContainEqual(expect.stringMatching(/^event invoke config of faast-/));
    }
    await expectNothingLeft(emulator);
  });
});
