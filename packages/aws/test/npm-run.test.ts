import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "../../local/test/registry.ts";
import { runNpm } from "../dist/dependencies/installer/npm-run.js";

let scratch: string;
let directory: string;
let registry: Registry;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "npm-run-"));
  directory = join(scratch, "project");
  registry = await Registry.start();
  for (const each of [directory, join(scratch, "home")]) await mkdir(each);
  await writeFile(join(directory, ".npmrc"), `registry=${registry.url}/\n`);
});
afterEach(async () => {
  await registry.close();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const write = (content: object) =>
  writeFile(join(directory, "package.json"), JSON.stringify(content));
const run = (time = 60_000) => runNpm({ directory, scratch, command: ["install"], time });

describe("npm in Lambda", () => {
  it("sees nothing of the function's credentials, and has a home that can be written to", async () => {
    const shown = "JSON.stringify([Object.keys(process.env), process.env.HOME])";
    await writeFile(join(directory, "show.js"), `console.error(${shown}); process.exit(1);`);
    await write({ scripts: { preinstall: "node show.js" } });
    const before = { ...process.env };
    Object.assign(process.env, { AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "t" });
    const { failure, output } = await run();
    process.env = before;
    expect(failure).toBe("npm ended with code 1");
    expect(output).toContain(JSON.stringify(join(scratch, "home")));
    expect(output).toContain('"PATH"');
    expect(output).not.toContain('"AWS_');
  });

  it("is ended when its time is over", async () => {
    registry.held = new Promise(() => undefined);
    await write({ dependencies: { "a-dependency": "^1.0.0" } });
    expect((await run(1_000)).failure).toBe("npm took longer than 1 s");
  });

  it("leaves no logs that its output would name", async () => {
    await write({ dependencies: { "no-such": "^1.0.0" } });
    const { failure, output } = await run();
    expect(failure).toBe("npm ended with code 1");
    expect(output).toContain("404");
    expect(output).not.toContain("complete log");
  });
});
