import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { log } from "@faast/core";
import { log as providerLog } from "@faast/core/provider";

/** Runs a program with `log` in scope, and gives what it wrote. */
async function run(DEBUG: string | undefined, body: string) {
  const { DEBUG: _, ...env } = process.env;
  const program = `import { log } from "@faast/core"; ${body}`;
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...env, ...(DEBUG === undefined ? {} : { DEBUG }) },
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
}

const all = [
  ["info", "faast:info"],
  ["minimal", "faast:minimal"],
  ["warn", "faast:warning"],
  ["gc", "faast:gc"],
  ["leaks", "faast:leaks"],
  ["calls", "faast:calls"],
  ["bundler", "faast:bundler"],
  ["webpack", "faast:bundler"],
  ["provider", "faast:provider"],
  ["awssdk", "faast:awssdk"],
] as const;

const enabledNames =
  "console.log(Object.entries(log).filter(([, each]) => each.enabled).map(([name]) => name).join())";

describe("the loggers", () => {
  it("go by these names", () => {
    expect(Object.entries(log).map(([name, { namespace }]) => [name, namespace])).toEqual(all);
  });

  it("are the same for providers", () => {
    expect(providerLog).toBe(log);
  });

  it.each([
    [undefined, "warn,leaks"],
    ["", "warn,leaks"],
    ["other:*", "warn,leaks"],
    ["faast:info", "info,warn,leaks"],
    ["faast:calls faast:gc", "warn,gc,leaks,calls"],
    ["faast:bundler", "warn,leaks,bundler,webpack"],
    ["faast:webpack", "warn,leaks,bundler,webpack"],
    ["faast:*,-faast:awssdk", "info,minimal,warn,gc,leaks,calls,bundler,webpack,provider"],
    ["-faast:warning", "leaks"],
    ["faast:info,-faast:warning,-faast:leaks", "info"],
    ["*,-faast:*", ""],
  ])("with DEBUG=%s, are enabled: %s", async (debug, names) => {
    const { stdout } = await run(debug, enabledNames);
    expect(stdout.trim()).toBe(names);
  });

  it("write to stderr, formatted, one line each", async () => {
    const { stdout, stderr } = await run("faast:info", 'log.info("%s took %d ms", "x", 5)');
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^\S+Z faast:info x took 5 ms\n$/);
  });

  it("write nothing unless enabled", async () => {
    const { stdout, stderr } = await run(undefined, 'log.info("%s", "x"); log.calls("y")');
    expect(stdout + stderr).toBe("");
  });

  it("are enabled, disabled and redirected by the program", () => {
    const lines: unknown[][] = [];
    const { log: write, enabled } = log.gc;
    log.gc.log = (...args) => void lines.push(args);
    log.gc("not yet");
    log.gc.enabled = true;
    log.gc("deleted %d", 3);
    log.gc.enabled = false;
    log.gc("no more");
    log.gc.log = write;
    log.gc.enabled = enabled;
    expect(lines).toHaveLength(1);
    expect(String(lines[0]?.[0])).toContain("deleted %d");
    expect(lines[0]).toContain(3);
  });
});
