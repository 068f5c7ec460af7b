import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  FaastCancelledError,
  FaastOptionsError,
  FaastOutOfMemoryError,
  FaastTimeoutError,
  FaastWorkerExitError,
  failureDetail,
} from "@faast/core";
import { faastLocal, type LocalOptions } from "@faast/local";
import { directoryOf, eventually } from "./processes.ts";
import * as funcs from "./fixtures/threads.ts";

const start = (options: LocalOptions = {}) =>
  faastLocal(funcs, { isolation: "thread", concurrency: 2, ...options });
const logOf = (url: string | undefined) => readFileSync(fileURLToPath(url ?? ""), "utf8");

/** Runs a program that uses faast in the given way, to its end. */
async function runProgram(isolation: string, end: string) {
  const program = fileURLToPath(new URL("./fixtures/isolation-program.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, isolation, end], {
    timeout: 30_000,
  });
  return JSON.parse(stdout) as {
    greeting: string;
    stack: string;
    loaded: boolean;
    directory: string;
  };
}

describe("functions in threads", () => {
  it("have an environment of their own: the caller's, and `env` on top", async () => {
    const before = process.env.NODE_OPTIONS;
    // V8's options are refused in the variables of a thread, unless one knows how to give them.
    process.env.NODE_OPTIONS = "--max-old-space-size=4000";
    try {
      await using m = await start({ env: { FAAST_THREAD: "yes" }, concurrency: 1 });
      const names = ["FAAST_THREAD", "NODE_OPTIONS", "PATH"];
      expect(await m.functions.variables(...names)).toEqual([
        "yes",
        "--max-old-space-size=4000",
        process.env.PATH,
      ]);
      await m.functions.setVariable("FAAST_SET_THERE", "1");
      expect(await m.functions.variables("FAAST_SET_THERE")).toEqual(["1"]);
      expect([process.env.FAAST_THREAD, process.env.FAAST_SET_THERE]).toEqual([
        undefined,
        undefined,
      ]);
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });

  it("take themselves for a program of their own", async () => {
    await using m = await start();
    const [node, program, ...more] = await m.functions.commandLine();
    expect(node).toBe(process.execPath);
    expect(program).toMatch(/index\.mjs$/);
    expect(more).toEqual([]);
  });

  it("print to the file of their worker, to their last word", async () => {
    await using m = await start();
    const { logUrl, instanceId } = await m.functionsDetail.print("two\nlines");
    expect(instanceId).toMatch(new RegExp(`^${process.pid}/\\d+$`));
    const lines = ["two", "lines", "two", "lines, quietly"];
    const prefix = `[${instanceId}]: `;
    expect(logOf(logUrl)).toBe(lines.map((line) => `${prefix}${line}\n`).join(""));
    const error: unknown = await m.functions.printAndExit("the last").catch((each) => each);
    expect(error).toBeInstanceOf(FaastWorkerExitError);
    expect((error as Error).message).toMatch(/exited with code 5/);
    expect(logOf(failureDetail(error)?.logUrl)).toContain("]: the last\n");
  });

  it("are ended where they exhaust their heap, and nothing else is", async () => {
    await using m = await start({ memorySize: 48, maxRetries: 0 });
    await expect(m.functions.exhaustHeap()).rejects.toThrow(FaastOutOfMemoryError);
    expect(await m.functions.hello("next")).toBe("hello next");
  });

  it.each(["spin", "wait"] as const)("are ended by time-outs and signals (%s)", async (name) => {
    await using m = await start({ concurrency: 1 });
    await m.functions.hello("warm");
    const alive = new Int32Array(new SharedArrayBuffer(4));
    const expectEnd = async () => {
      expect(await m.functions.hello("next")).toBe("hello next");
      const last = alive[0];
      expect(last).not.toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(alive[0]).toBe(last);
    };
    const late = m.with({ timeout: 0.2 }).functions[name](alive);
    await expect(late).rejects.toThrow(FaastTimeoutError);
    await expectEnd();
    const controller = new AbortController();
    const before = alive[0];
    const call = m.with({ signal: controller.signal }).functions[name](alive);
    call.catch(() => undefined);
    await eventually(() => alive[0] !== before, "the function runs");
    controller.abort();
    await expect(call).rejects.toThrow(FaastCancelledError);
    await expectEnd();
  });

  it("keep what they have loaded from call to call, and begin afresh in a new thread", async () => {
    await using m = await start({ concurrency: 1, maxRetries: 0 });
    expect(await m.functions.count()).toBe(1);
    expect(await m.functions.count()).toBe(2);
    await m.functions.printAndExit("").catch(() => undefined);
    expect(await m.functions.count()).toBe(1);
  });
});

describe("programs", () => {
  it.each(["thread", "process", "inline"])(
    "end without cleanup() when nothing is under way (%s)",
    async (isolation) => {
      const { greeting, stack, loaded, directory } = await runProgram(isolation, "none");
      expect(greeting).toBe("hello there");
      // The user's own source: neither the bundle nor what carries the call.
      expect(stack.split("\n")[1]).toMatch(/at throwHere \(.*threads\.ts:\d+:\d+\)$/);
      expect(stack).not.toMatch(/functions\.mjs|index\.mjs|frame-writer/);
      expect(loaded).toBe(isolation === "thread");
      await eventually(() => !existsSync(directoryOf(directory)), "the directory is gone");
    },
  );

  it("may exit in the middle of calls", async () => {
    const { directory } = await runProgram("thread", "exit");
    await eventually(() => !existsSync(directoryOf(directory)), "the directory is gone");
  });
});

describe("the options that say where functions run", () => {
  it.each<[LocalOptions, RegExp]>([
    [{ isolation: "fork" as "process" }, /"isolation".*one of "process", "thread", "inline"/],
    [{ isolation: "process", childProcess: false }, /contradict/],
    [{ isolation: "thread", childProcess: false }, /contradict/],
    [{ isolation: "inline", childProcessMemoryMb: 64 }, /childProcessMemoryMb.*inline/],
    [{ childProcess: false, childProcessMemoryMb: 64 }, /childProcessMemoryMb.*inline/],
  ])("are refused where they make no sense: %j", async (options, message) => {
    const starting = faastLocal(funcs, options);
    await expect(starting).rejects.toThrow(FaastOptionsError);
    await expect(starting).rejects.toThrow(message);
  });

  it("may say the same twice", async () => {
    await using m = await faastLocal(funcs, { isolation: "inline", childProcess: false });
    expect(await m.functions.hello("there")).toBe("hello there");
    expect((await m.functionsDetail.hello("there")).instanceId).toBe(String(process.pid));
  });
});
