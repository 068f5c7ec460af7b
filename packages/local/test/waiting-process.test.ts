import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { faast } from "@faast/core";
import { faastLocal } from "@faast/local";
import * as funcs from "./fixtures/functions.ts";
import * as program from "./fixtures/program.ts";
import { eventually, expectGone, isAlive, type Told } from "./processes.ts";

const run = promisify(execFile);
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

/** Ids of the processes below this one that have been started in advance; those taken, too. */
async function startedInAdvance(parent = process.pid): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, ppid, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(ppid) === parent && args.includes("waiting-program") ? [Number(pid)] : [];
  });
}

describe("the process of the first worker, which is started before there is an archive", () => {
  it("runs the first call", async () => {
    await using m = await faast("local", funcs);
    const [pid, ...others] = await startedInAdvance();
    expect(others).toEqual([]);
    expect(await m.functions.pid()).toBe(pid);
  });

  it("looks to the user's code like any other worker", async () => {
    await using m = await faast("local", program, { concurrency: 2 });
    const first = await m.functions.describeProgram();
    await m.functions.exit().catch(() => undefined);
    const second = await m.functions.describeProgram();
    expect(second.pid).not.toBe(first.pid);
    expect({ ...first, pid: 0 }).toEqual({ ...second, pid: 0 });
    expect(first.argv[1]).toMatch(/code[\\/]index\.mjs$/);
    expect(first.canSend).toBe(false);
  });

  it("is not used where the environment has changed since", async () => {
    await using m = await faast("local", funcs);
    const [pid] = await startedInAdvance();
    process.env.FAAST_TEST_LATE = "changed";
    try {
      expect(await m.functions.environment("FAAST_TEST_LATE")).toBe("changed");
    } finally {
      delete process.env.FAAST_TEST_LATE;
    }
    await eventually(() => !isAlive(pid ?? 0), "the process that was not used has ended");
  });

  it("is not missed when it dies", async () => {
    await using m = await faast("local", funcs);
    const [pid = 0] = await startedInAdvance();
    process.kill(pid, "SIGKILL");
    await eventually(() => !isAlive(pid), "it has died");
    // Its end is told in another turn than the signal was sent in.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await m.functions.hello("world")).toBe("hello world");
    expect(m.stats().retries).toBe(0);
  });

  it("ends with cleanup(), if it was never used", async () => {
    const m = await faast("local", funcs);
    expect(await startedInAdvance()).toHaveLength(1);
    await m.cleanup();
    expect(await startedInAdvance()).toEqual([]);
  });

  it("ends when the module cannot be bundled", async () => {
    await expect(faastLocal(fixture("syntax-error.mjs"))).rejects.toThrow("syntax-error");
    expect(await startedInAdvance()).toEqual([]);
  });

  it("ends when the job is cancelled while it is deployed", async () => {
    const abort = new AbortController();
    const plugin = {
      name: "cancels",
      setup: () => {
        abort.abort(new Error("cancelled by the test"));
      },
    };
    const options = { signal: abort.signal, esbuildOptions: { plugins: [plugin] } };
    await expect(faastLocal(fixture("functions.ts"), options)).rejects.toThrow("cancelled");
    expect(await startedInAdvance()).toEqual([]);
  });

  it.each([
    ["when that ends by itself", "", { code: 0 }],
    ["when that is killed", "process.kill(process.pid, 'SIGKILL');", { signal: "SIGKILL" }],
  ])("ends with the program, %s", async (_, ending, expected) => {
    const driver = `
      import { readdirSync } from "node:fs";
      import { execFileSync } from "node:child_process";
      import { faastLocal } from "@faast/local";
      const m = await faastLocal(new URL(${JSON.stringify(fixture("functions.ts").href)}));
      const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\\n");
      const line = lines.find((each) => each.includes("waiting-program") && Number(each.trim().split(/\\s+/)[1]) === process.pid);
      process.stdout.write(JSON.stringify({ pid: Number(line.trim().split(/\\s+/)[0]), logUrl: m.logUrl() }));
      ${ending}`;
    const args = ["--input-type=module", "--eval", driver];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const ended = await run(process.execPath, args, { cwd }).catch((error: object) => error);
    expect({ code: 0, ...ended }).toMatchObject(expected);
    await expectGone(JSON.parse((ended as { stdout: string }).stdout) as Told);
  });
});
