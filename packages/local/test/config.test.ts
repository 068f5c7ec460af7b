import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

describe("a TypeScript configuration", () => {
  it("decides the provider and its options, on any Node", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "project-")));
    await symlink(modules, join(folder, "node_modules"));
    await writeFile(
      join(folder, "faast.config.ts"),
      `import { defineConfig } from "@faast/core";
       const concurrency: number = 3;
       export default defineConfig({ provider: "local", options: { concurrency } });`,
    );
    await writeFile(join(folder, "functions.mjs"), "export const where = () => process.pid;");
    await writeFile(
      join(folder, "main.mjs"),
      `import { faast } from "@faast/core";
       import * as funcs from "./functions.mjs";
       const m = await faast(funcs);
       console.log(m.provider, m.options.concurrency, (await m.functions.where()) !== process.pid);
       await m.cleanup();`,
    );
    const { stdout } = await run(process.execPath, ["main.mjs"], { cwd: folder });
    expect(stdout.trim()).toBe("local 3 true");
    await rm(folder, { recursive: true });
  });
});
