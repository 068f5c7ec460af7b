import { expect, test } from "vitest";
import { faast } from "@faast/core";
import * as funcs from "./typed-functions.mts";

test("faast runs inside vitest", async () => {
  const m = await faast("local", funcs);
  expect(await m.functions.hello("world")).toMatch(/^hello world/);
  await m.cleanup();
});
