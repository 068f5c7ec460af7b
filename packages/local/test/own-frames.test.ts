import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const functions = new URL("./fixtures/functions.ts", import.meta.url);
const program = `
  import { faastLocal } from "@faast/local";
  const m = await faastLocal(new URL(${JSON.stringify(functions.href)}), { isolation: "inline" });
  const error = await m.functions.throwError("thrown").catch((thrown) => thrown);
  await m.cleanup();
  process.stdout.write(error.stack);`;

describe("the stack of an error, where functions run inline", () => {
  it.each([[[]], [["--enable-source-maps"]]])(
    "shows the user's frames and none of ours, with Node's options %j",
    async (options: string[]) => {
      const args = [...options, "--input-type=module", "--eval", program];
      const cwd = fileURLToPath(new URL("..", import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
      expect(stdout).toMatch(/throwError .*fixtures\/functions\.ts:\d+/);
      expect(stdout).not.toMatch(/core\/(?:dist|src)\/|AsyncLocalStorage/);
    },
  );
});
