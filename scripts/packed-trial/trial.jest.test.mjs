import { faast } from "@faast/core";
import * as funcs from "./functions.mjs";

test("faast runs inside jest", async () => {
  const m = await faast("local", funcs);
  expect(await m.functions.hello("world")).toMatch(/^hello world/);
  await m.cleanup();
});
