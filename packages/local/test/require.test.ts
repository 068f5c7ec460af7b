import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

describe("require()", () => {
  it.each([
    "@faast/core",
    "@faast/core/provider",
    "@faast/core/worker",
    "@faast/local",
    "@faast/bundler",
  ])("loads %s, an ES module, without a warning", async (name) => {
    const program = `console.log(Object.keys(require(${JSON.stringify(name)})).length > 0)`;
    const { stdout } = await run(process.execPath, ["-e", program], { cwd: here });
    expect(stdout.trim()).toBe("true");
  });

  it("runs a CommonJS program, its functions required, too", async () => {
    const program = `
      const { faast } = require("@faast/core");
      const funcs = require("./fixtures/commonjs.cjs");
      (async () => {
        const m = await faast("local", funcs);
        console.log(await m.functions.hello("require"), Object.keys(m.functions).join());
        await m.cleanup();
      })();`;
    const { stdout } = await run(process.execPath, ["-e", program], { cwd: here });
    expect(stdout.trim()).toBe("hello require hello");
  });
});
