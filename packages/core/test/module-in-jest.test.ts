import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import * as barrel from "./fixtures/module/barrel.ts";
import * as farewells from "./fixtures/module/farewells.ts";
import * as greetings from "./fixtures/module/greetings.ts";
import { locate } from "./fixtures/module/locate-caller.ts";
import old, * as oldNamespace from "./fixtures/module/old.cjs";

const fixture = (name: string) =>
  fileURLToPath(new URL(`./fixtures/module/${name}`, import.meta.url));

describe("in jest, with ES modules", () => {
  test("a TypeScript module is found", async () => {
    expect(await locate(greetings)).toBe(fixture("greetings.ts"));
    expect(await locate(farewells)).toBe(fixture("farewells.ts"));
  });

  test("a barrel and what it holds are found", async () => {
    expect(await locate(barrel)).toBe(fixture("barrel.ts"));
    expect(await locate(barrel.greetings)).toBe(fixture("greetings.ts"));
  });

  test("CommonJS is found, imported or required", async () => {
    const require = createRequire(import.meta.url);
    expect(await locate(old)).toBe(fixture("old.cjs"));
    expect(await locate(oldNamespace)).toBe(fixture("old.cjs"));
    expect(await locate(require("./fixtures/module/old.cjs"))).toBe(fixture("old.cjs"));
  });

  test("a dynamically imported module is found, literal or not", async () => {
    expect(await locate(await import("./fixtures/module/farewells.ts"))).toBe(
      fixture("farewells.ts"),
    );
    const name = "greetings";
    expect(await locate(await import(`./fixtures/module/${name}.ts`))).toBe(
      fixture("greetings.ts"),
    );
  });

  test("a module is found after jest has forgotten it", async () => {
    jest.resetModules();
    expect(await locate(greetings)).toBe(fixture("greetings.ts"));
    expect(await locate(farewells)).toBe(fixture("farewells.ts"));
  });
});
