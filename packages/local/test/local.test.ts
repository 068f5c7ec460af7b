import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  FaastCancelledError,
  FaastCreateFunctionError,
  FaastOutOfMemoryError,
  FaastSerializationError,
  FaastTimeoutError,
  FaastWorkerExitError,
  faast,
  failureDetail,
} from "@faast/core";
import { faastLocal } from "@faast/local";
import * as funcs from "./fixtures/functions.ts";
import { directoryOf } from "./processes.ts";

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("it was expected to fail");
    },
    (error: unknown) => error,
  );

describe("calls in processes", () => {
  it("run elsewhere, and carry values both ways", async () => {
    await using m = await faast("local", funcs);
    expect(await m.functions.hello("world")).toBe("hello world");
    expect(await m.functions.pid()).not.toBe(process.pid);
    const value = {
      map: new Map([["k", new Set([1n])]]),
      bytes: Buffer.from("abc"),
      at: new Date(0),
      hole: [1, , 3],
      nan: NaN,
      none: undefined,
    };
    expect(await m.functions.echo(value)).toEqual(value);
    const bytes = new Uint8Array(1 << 20).fill(7);
    expect(Buffer.compare((await m.functions.echo(bytes)) as Uint8Array, bytes)).toBe(0);
  });

  it("use one worker when they are made one after another", async () => {
    await using m = await faastLocal(funcs, { concurrency: 8 });
    const pids = new Set<number>();
    for (let i = 0; i < 20; i++) pids.add(await m.functions.pid());
    expect(pids.size).toBe(1);
  });

  it("use at most `concurrency` workers, and use them again", async () => {
    await using m = await faastLocal(funcs, { concurrency: 3 });
    const pids = await Promise.all(Array.from({ length: 30 }, () => m.functions.pid()));
    expect(new Set(pids).size).toBeLessThanOrEqual(3);
    expect(readdirSync(fileURLToPath(m.logUrl())).length).toBeLessThanOrEqual(3);
  });

  it("see the environment variables of `env`", async () => {
    await using m = await faastLocal(funcs, { env: { FAAST_TEST_VALUE: "seen" } });
    expect(await m.functions.environment("FAAST_TEST_VALUE")).toBe("seen");
    expect(await m.functions.environment("PATH")).toBe(process.env.PATH);
    expect(process.env.FAAST_TEST_VALUE).toBeUndefined();
  });

  it("may start a thread from the module's own file", async () => {
    await using m = await faastLocal(funcs);
    expect(await m.functions.thread()).toBe("from the thread");
  });

  it("are the same for a module given by URL, TypeScript included", async () => {
    const url = new URL("./fixtures/functions.ts", import.meta.url);
    await using m = await faastLocal<typeof funcs>(url);
    expect(await m.functions.hello("url")).toBe("hello url");
    expect(Object.keys(m.functions).sort()).toEqual(Object.keys(funcs).sort());
    const stream = m.functions.numbers(2);
    expect(m.stats("numbers").invocations).toBe(0);
    expect(await stream.next()).toEqual({ value: 1, done: false });
  });

  it("work where the module awaits at its top level, or imports faast itself", async () => {
    await using awaiting = await faastLocal(
      new URL("./fixtures/top-level-await.mjs", import.meta.url),
    );
    expect(await awaiting.functions.get!()).toBe("awaited");
    await using importing = await faastLocal(
      new URL("./fixtures/imports-core.mjs", import.meta.url),
    );
    expect(await importing.functions.isFaastError!()).toBe(true);
  });
});

describe("errors", () => {
  it("arrive as they were thrown, with a stack in the user's own source", async () => {
    await using m = await faastLocal(funcs);
    const error = (await caught(m.functions.failOnThisLine())) as TypeError;
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: "thrown remotely",
      status: 418,
      cause: { name: "RangeError" },
    });
    const source = fileURLToPath(new URL("./fixtures/functions.ts", import.meta.url));
    const line = readFileSync(source, "utf8")
      .split("\n")
      .findIndex((each) => each.includes("// here"));
    const frames = error.stack!.split("\n").filter((each) => /^\s+at /.test(each));
    expect(frames[0]).toContain(`${source}:${line + 1}:`);
    expect(frames.slice(1).join()).toContain("local.test.ts");
    expect(error.stack).not.toContain("index.mjs");
    const { logUrl } = await m.functionsDetail.hello("x");
    expect(failureDetail(error)).toMatchObject({
      functionName: "failOnThisLine",
      attempt: 0,
      logUrl,
    });
  });
});

describe("files beside the code", () => {
  it("are found from the module and from the working directory", async () => {
    const cwd = fileURLToPath(new URL("./fixtures", import.meta.url));
    await using m = await faastLocal(funcs, { include: [{ path: "data/*.txt", cwd }] });
    expect(await m.functions.readFromWorkingDirectory("data/note.txt")).toBe("a note\n");
  });

  it("keep their places relative to the module", async () => {
    const file = fileURLToPath(new URL("./fixtures/data/note.txt", import.meta.url));
    const path = relative(process.cwd(), file);
    await using m = await faastLocal(funcs, { include: [path] });
    expect(await m.functions.readBeside("./data/note.txt")).toBe("a note\n");
  });

  it("that match nothing fail faast() by name", async () => {
    const error = await caught(faastLocal(funcs, { include: ["no/such/*.file"] }));
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toContain("no/such/*.file");
  });

  it("are seen in the copy that FAAST_PACKAGE_DIR asks for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "packages-"));
    process.env.FAAST_PACKAGE_DIR = folder;
    try {
      await using m = await faastLocal(funcs);
      expect(m.provider).toBe("local");
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^faast-.*\.zip$/)]);
    } finally {
      delete process.env.FAAST_PACKAGE_DIR;
      await rm(folder, { recursive: true });
    }
  });
});

describe("dependencies of packageJson", () => {
  it("are installed where the functions run", async () => {
    const dependency = fileURLToPath(new URL("./fixtures/dependency", import.meta.url));
    const module = new URL("./fixtures/uses-dependency.mjs", import.meta.url);
    await using m = await faastLocal(module, {
      packageJson: { dependencies: { "a-dependency": `file:${dependency}` } },
    });
    expect(await m.functions.answer!()).toBe(42);
  });

  it("that cannot be installed fail faast() with what npm said", async () => {
    const module = new URL("./fixtures/uses-dependency.mjs", import.meta.url);
    const packageJson = { dependencies: { "a-dependency": "file:./no-such-archive.tgz" } };
    const error = await caught(faastLocal(module, { packageJson }));
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toMatch(/could not be installed[^]*no-such-archive/);
  });
});

describe("streams in processes", () => {
  it("take values, errors and returns", async () => {
    await using m = await faastLocal(funcs);
    const talk = m.functions.talk();
    expect(await talk.next("ignored")).toEqual({ value: "heard nothing", done: false });
    expect(await talk.next("one")).toEqual({ value: "heard one", done: false });
    expect(await talk.throw(new Error("two"))).toEqual({ value: "heard error two", done: false });
    expect(await talk.next("bye")).toEqual({ value: "over", done: true });
  });

  it("do not run far ahead, and end when the caller breaks off", async () => {
    await using m = await faastLocal(funcs, { concurrency: 1 });
    for await (const item of m.functions.numbers(1_000_000)) if (item === 3) break;
    expect(await m.functions.producedSoFar()).toBeLessThan(1000);
  });

  it("have the time that their finally blocks need when the caller breaks off", async () => {
    await using m = await faastLocal(funcs, { concurrency: 1 });
    for await (const item of m.functions.slowToEnd(5500)) if (item === 1) break;
    expect(await m.functions.endedSlowly()).toBe(true);
  });

  it("deliver what was yielded before a time-out", async () => {
    await using m = await faastLocal(funcs, { timeout: 1 });
    const items: number[] = [];
    const error = await caught(
      (async () => {
        for await (const item of m.functions.yieldThenSpin(3)) items.push(item);
      })(),
    );
    expect(error).toBeInstanceOf(FaastTimeoutError);
    expect(items).toEqual([0, 1, 2]);
  });

  it("have the time that they run, without that in which they wait for their reader", async () => {
    await using m = await faastLocal(funcs, { timeout: 1, streamWindow: 1, concurrency: 2 });
    const waits = m.functions.numbers(5);
    const works = m.functions.slowNumbers(400);
    await Promise.all([waits.next(), works.next()]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await waits.next()).toEqual({ value: 2, done: false });
    expect(await works.next()).toEqual({ value: 1, done: false });
    await waits.return("");
    // The third item would be ready after 1.2 seconds of work.
    expect(await caught(works.next())).toBeInstanceOf(FaastTimeoutError);
  });

  it("may come as an object that can be iterated", async () => {
    await using m = await faastLocal(funcs);
    const items: number[] = [];
    for await (const item of m.functions.iterable(3) as unknown as AsyncIterable<number>)
      items.push(item);
    expect(items).toEqual([0, 1, 2]);
  });

  it("carry the details of their execution", async () => {
    await using m = await faastLocal(funcs);
    for await (const item of m.functionsDetail.numbers(2)) {
      expect(item).toMatchObject({
        logUrl: expect.stringMatching(/^file:/),
        instanceId: expect.any(String),
      });
    }
  });
});

describe("workers that die", () => {
  it("fail the call at hand and no other, whatever killed them", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 0, concurrency: 2 });
    for (const die of [
      () => m.functions.exit(0),
      () => m.functions.exit(1),
      () => m.functions.abort(),
      () => m.functions.kill(),
    ]) {
      const [error, other] = await Promise.all([caught(die()), m.functions.hello("other")]);
      expect(error).toBeInstanceOf(FaastWorkerExitError);
      expect(other).toBe("hello other");
      expect(failureDetail(error)?.logUrl).toMatch(/^file:.*\.log$/);
      expect(await m.functions.hello("next")).toBe("hello next");
    }
  });

  it("are replaced, and the call repeated, up to maxRetries", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 1 });
    const error = await caught(m.functions.exit(1));
    expect(error).toMatchObject({ code: "FAAST_WORKER_EXIT", attempt: 1 });
    expect(m.stats()).toMatchObject({ invocations: 1, retries: 1, errors: 1 });
  });

  it("report an exhausted heap as such, and are not retried", async () => {
    await using m = await faastLocal(funcs, { memorySize: 64 });
    expect(await caught(m.functions.exhaustHeap())).toBeInstanceOf(FaastOutOfMemoryError);
    expect(m.stats().retries).toBe(0);
    expect(await m.functions.hello("next")).toBe("hello next");
  });

  it("are ended when a call takes too long, and are not retried", async () => {
    await using m = await faastLocal(funcs, { timeout: 0.5 });
    const [spin, wait] = await Promise.all([
      caught(m.functions.spin()),
      caught(m.functions.waitForever()),
    ]);
    expect(spin).toBeInstanceOf(FaastTimeoutError);
    expect(wait).toBeInstanceOf(FaastTimeoutError);
    expect(m.stats().retries).toBe(0);
    expect(await m.functions.hello("next")).toBe("hello next");
  });

  it("tell of an exception that no call awaited", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 0, concurrency: 1 });
    const error = await caught(m.functions.throwWhileWaiting());
    expect(error).toMatchObject({
      code: "FAAST_WORKER_EXIT",
      cause: { message: "thrown in a callback" },
    });
  });

  it("end the call at hand first when an earlier one has left an exception behind", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 0, concurrency: 1 });
    const worker = await m.functions.pid();
    for (const leave of [m.functions.throwLater, m.functions.rejectLater]) {
      expect(await leave(50)).toBe("fine so far");
      expect(await m.functions.sleep(300)).toBe(300);
      expect(await m.functions.pid()).not.toBe(worker);
    }
  });

  it("are ended when the caller gives a call up", async () => {
    await using m = await faastLocal(funcs, { concurrency: 1 });
    const controller = new AbortController();
    const call = caught(m.with({ signal: controller.signal }).functions.spin());
    setTimeout(() => controller.abort(), 200);
    expect(await call).toBeInstanceOf(FaastCancelledError);
    expect(await m.functions.hello("next")).toBe("hello next");
  });
});

describe("trouble on this side", () => {
  it("does not fail a call that ended while this process was busy", async () => {
    await using m = await faastLocal(funcs, { timeout: 0.5 });
    await m.functions.hello("warm");
    const call = m.functions.sleep(100);
    const stream = m.functions.numbers(2);
    const first = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const end = Date.now() + 900;
    while (Date.now() < end);
    expect(await call).toBe(100);
    expect(await first).toEqual({ value: 1, done: false });
  });

  it("fails calls whose worker cannot even be started, and gets over it", async () => {
    await using m = await faastLocal(funcs, {
      env: { TOO_LARGE: "x".repeat(200_000) },
      maxRetries: 1,
      concurrency: 1,
    });
    const error = await caught(m.functions.hello("x"));
    expect(error).toBeInstanceOf(FaastWorkerExitError);
    expect((error as Error).message).toContain("could not be started");
  });

  it("fails calls whose directory somebody has deleted, and says that it is gone", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 0, concurrency: 2 });
    await m.functions.hello("x");
    const directory = directoryOf(m.logUrl());
    await rm(directory, { recursive: true });
    const errors = await Promise.all([1, 2].map(() => caught(m.functions.exit(0))));
    errors.push(await caught(m.functions.hello("x")));
    expect(errors.map((error) => (error as Error).message).join("\n")).toContain(
      `could not be started: the directory ${join(directory, "code")} is gone: somebody has deleted it while the job was running (log`,
    );
  });

  it("delivers what was yielded before a worker exits", async () => {
    await using m = await faastLocal(funcs, { maxRetries: 0 });
    const items: number[] = [];
    const error = await caught(
      (async () => {
        for await (const item of m.functions.yieldThenExit(5)) items.push(item);
      })(),
    );
    expect(error).toBeInstanceOf(FaastWorkerExitError);
    expect(items).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("modules that cannot run", () => {
  it("fail the first call with the reason, not by a time-out", async () => {
    await using m = await faastLocal(new URL("./fixtures/broken-import.mjs", import.meta.url));
    const error = await caught(m.functions.hello!());
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toContain("this module cannot be loaded");
  });

  it("fail faast() where they cannot even be bundled", async () => {
    const error = await caught(faastLocal(new URL("./fixtures/syntax-error.mjs", import.meta.url)));
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect((error as Error).message).toContain("syntax-error.mjs");
  });

  it("refuse what cannot travel, on either side, without losing the worker", async () => {
    await using m = await faastLocal(funcs, { concurrency: 1 });
    const worker = await m.functions.pid();
    const sent = await caught(m.functions.echo({ user: { save: () => undefined } }));
    expect(sent).toBeInstanceOf(FaastSerializationError);
    expect((sent as Error).message).toMatch(
      /echo.*cannot be serialized.*args\[0\]\.user\.save|echo.*args\[0\]\.user\.save.*cannot be serialized/s,
    );
    const returned = await caught(m.functions.unreturnable());
    expect(returned).toBeInstanceOf(FaastSerializationError);
    expect(await m.functions.pid()).toBe(worker);
  });
});

describe("logs", () => {
  it("hold what each worker prints, line by line", async () => {
    await using m = await faastLocal(funcs, { concurrency: 1 });
    const { logUrl, instanceId } = await m.functionsDetail.hello("log");
    await m.functions.print("first\nsecond");
    await m.functions.printGrandchild("from below");
    await caught(m.with({ retry: 0 }).functions.exit(0));
    await m.functions.print("third");
    expect(m.logUrl()).toMatch(/^file:.*\/logs$/);
    expect(logUrl!.startsWith(m.logUrl())).toBe(true);
    const log = readFileSync(fileURLToPath(logUrl!), "utf8");
    expect(log).toContain(
      `[${instanceId}]: first\n[${instanceId}]: second\n[${instanceId}]: error: first\n`,
    );
    expect(log).toContain("from below");
    expect(log).toMatch(/\[\d+\]: third\n/);
  });
});

describe("cleanup", () => {
  it("removes the directory and ends the workers", async () => {
    const m = await faastLocal(funcs);
    const directory = directoryOf(m.logUrl());
    const pid = await m.functions.pid();
    expect(existsSync(directory)).toBe(true);
    const pending = caught(m.functions.spin());
    await m.cleanup();
    expect(await pending).toBeInstanceOf(FaastCancelledError);
    expect(existsSync(directory)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
    await m.cleanup();
    expect(await caught(m.functions.hello("late"))).toBeInstanceOf(FaastCancelledError);
  });

  it("keeps the directory if it is told to, and removes it when it is told otherwise", async () => {
    const m = await faastLocal(funcs);
    await m.functions.hello("x");
    const directory = directoryOf(m.logUrl());
    await m.cleanup({ deleteResources: false });
    expect(existsSync(directory)).toBe(true);
    await m.cleanup();
    expect(existsSync(directory)).toBe(false);
  });

  it("leaves nothing of a faast() that failed", async () => {
    const before = readdirSync(directoryOf(`file://${process.env.TMPDIR ?? "/tmp"}/x`)).filter(
      (name) => name.startsWith("faast-"),
    );
    await caught(faastLocal(new URL("./fixtures/syntax-error.mjs", import.meta.url)));
    const after = readdirSync(directoryOf(`file://${process.env.TMPDIR ?? "/tmp"}/x`)).filter(
      (name) => name.startsWith("faast-"),
    );
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe("inline mode", () => {
  it("fails a call that takes too long, and says that it goes on", async () => {
    await using m = await faastLocal(funcs, { childProcess: false, timeout: 0.2 });
    const error = await caught(m.functions.sleep(400));
    expect(error).toBeInstanceOf(FaastTimeoutError);
    expect((error as Error).message).toMatch(/time-out of 0\.2 s; it goes on.*childProcess: false/);
    expect(await m.functions.hello("next")).toBe("hello next");
  });

  it("runs in this process, with `env` in force until cleanup", async () => {
    const m = await faastLocal(funcs, { childProcess: false, env: { FAAST_INLINE: "yes" } });
    expect(await m.functions.pid()).toBe(process.pid);
    expect(await m.functions.environment("FAAST_INLINE")).toBe("yes");
    const stream = m.functions.talk();
    await stream.next();
    expect(await stream.next("bye")).toEqual({ value: "over", done: true });
    await m.cleanup();
    expect(process.env.FAAST_INLINE).toBeUndefined();
  });
});
