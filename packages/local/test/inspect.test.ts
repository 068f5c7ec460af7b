import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { log } from "@faast/core";
import { faastLocal } from "@faast/local";
import * as funcs from "./fixtures/debugged.ts";
import { InspectorClient, sourceMapOf } from "./inspector-client.ts";

const source = new URL("./fixtures/debugged.ts", import.meta.url).href;
const stopLine = readFileSync(fileURLToPath(source), "utf8")
  .split("\n")
  .findIndex((each) => each.includes("// stop here"));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The URLs of the debuggers that are announced on stderr. */
function announcements() {
  const urls: string[] = [];
  const waiting: (() => void)[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array) => {
    const [, url] = /^faast: debugger of worker \d+ .* (ws:\S+)/.exec(String(text)) ?? [];
    if (url !== undefined) urls.push(url);
    for (const wake of waiting.splice(0)) wake();
    return true;
  };
  return {
    urls,
    next: async () => {
      while (urls.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return urls.shift()!;
    },
    restore: () => void (process.stderr.write = write),
  };
}

let announced: ReturnType<typeof announcements>;
beforeEach(() => (announced = announcements()));
afterEach(() => announced.restore());

async function attach(url: string): Promise<InspectorClient> {
  const client = await InspectorClient.connect(url);
  await client.send("Runtime.enable");
  await client.send("Debugger.enable");
  return client;
}

describe("the option inspect", () => {
  it("lets a debugger stop a worker in the user's own TypeScript, while time-outs stand still", async () => {
    await using m = await faastLocal(funcs, { inspect: true, concurrency: 1, timeout: 1 });
    await m.functions.ready();
    const client = await attach(await announced.next());
    await client.breakAt(source, stopLine);
    const call = m.functions.greet("you");
    const { callFrames, hitBreakpoints } = await client.event("Debugger.paused");
    expect(hitBreakpoints).toHaveLength(1);
    const [frame] = callFrames;
    expect(frame.functionName).toBe("greet");
    const expression = "text";
    const { callFrameId } = frame;
    const { result } = await client.send("Debugger.evaluateOnCallFrame", {
      callFrameId,
      expression,
    });
    expect(result.value).toBe("hello you");
    await pause(2000);
    await client.send("Debugger.resume");
    expect(await call).toEqual({ text: "hello you" });
    client.close();
  });

  it("gives a stream its time, too, between two items", async () => {
    await using m = await faastLocal(funcs, { inspect: 0, concurrency: 1, timeout: 1 });
    await m.functions.ready();
    const client = await attach(await announced.next());
    await client.breakAt(source, stopLine);
    const items = (async () => {
      const texts: string[] = [];
      for await (const { text } of m.functions.greetings(["a", "b"])) texts.push(text);
      return texts;
    })();
    for (const name of ["a", "b"]) {
      await client.event("Debugger.paused");
      // Beyond the time-out, and what the engine waits beyond that for a sign of life.
      await pause(name === "b" ? 7000 : 0);
      await client.send("Debugger.resume");
    }
    expect(await items).toEqual(["hello a", "hello b"]);
    client.close();
  });

  it("lets time-outs go on when the debugger has gone, and where there is none", async () => {
    await using m = await faastLocal(funcs, { inspect: true, concurrency: 1, timeout: 1 });
    await expect(m.functions.sleep(60_000)).rejects.toMatchObject({ code: "FAAST_TIMEOUT" });
    await announced.next();
    await m.functions.ready();
    const client = await attach(await announced.next());
    const call = m.functions.sleep(60_000);
    call.catch(() => undefined);
    await pause(2000);
    expect(m.stats().errors).toBe(1);
    client.close();
    await expect(call).rejects.toMatchObject({ code: "FAAST_TIMEOUT" });
  });

  it("gives each worker a port of its own, from the one that is named on", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const base = Math.min((server.address() as AddressInfo).port, 64_000);
    await new Promise((resolve) => server.close(resolve));
    const lines: unknown[] = [];
    const before = { enabled: log.provider.enabled, log: log.provider.log };
    Object.assign(log.provider, { enabled: true, log: (...args: unknown[]) => lines.push(args) });
    await using m = await faastLocal(funcs, { inspect: base, concurrency: 2 });
    await Promise.all([m.functions.sleep(1000), m.functions.sleep(1000)]);
    Object.assign(log.provider, before);
    const ports = announced.urls.map((url) => Number(new URL(url).port)).sort();
    expect(ports).toEqual([base, base + 1]);
    expect(lines).toHaveLength(2);
  });

  it("can hold a worker back until a debugger is there, by NODE_OPTIONS", async () => {
    const env = { NODE_OPTIONS: "--inspect-wait" };
    await using m = await faastLocal(funcs, { inspect: true, env });
    const call = m.functions.greet("first");
    const client = await attach(await announced.next());
    await client.send("Runtime.runIfWaitingForDebugger");
    expect(await call).toEqual({ text: "hello first" });
    client.close();
  });
});

it("names the user's files in source maps by URLs that debuggers find", async () => {
  await using m = await faastLocal(funcs, { inspect: true, concurrency: 1 });
  await m.functions.ready();
  const client = await attach(await announced.next());
  const script = client.scripts.find(({ url }) => url.endsWith("debugged.mjs"))!;
  expect(sourceMapOf(script).sources).toContain(source);
  client.close();
});

describe("a program that is inspected itself", () => {
  it("stops in the user's own TypeScript inline, and time-outs stand still", async () => {
    const driver = fileURLToPath(new URL("./fixtures/inline-driver.mjs", import.meta.url));
    const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", driver], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const [url] = await new Promise<string[]>((resolve) => {
      child.stderr.on("data", (chunk) => {
        const found = /ws:\S+/.exec(String(chunk));
        if (found !== null) resolve([...found]);
      });
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    const client = await attach(url!);
    await client.breakAt(source, stopLine);
    child.stdin.write("go\n");
    await client.event("Debugger.paused");
    await pause(2000);
    await client.send("Debugger.resume");
    expect((await lines.next()).value).toBe('{"text":"hello inline"}');
    client.close();
    await new Promise((resolve) => child.once("exit", resolve));
  });
});
