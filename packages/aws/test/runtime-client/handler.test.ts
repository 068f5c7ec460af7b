import type { LambdaResponse } from "../../dist/lambda-message.js";
import type { ExecutionEnvironment } from "./execution-environment.ts";
import { withRuntimeClient } from "./runtime-client.ts";
import { invoke, UnpackedFunction, valueOf } from "./unpacked-function.ts";

const handlers = ["index.handler", "index.streamingHandler"];

withRuntimeClient("under AWS's runtime client", () => {
  describe.each(handlers)("%s", (handler) => {
    let unpacked: UnpackedFunction;
    let environment: ExecutionEnvironment;
    const call = async (...[name, args, rest]: Parameters<UnpackedFunction["event"]>) =>
      invoke(environment, await unpacked.event(name, args, rest));
    beforeAll(async () => {
      unpacked = await UnpackedFunction.make("functions.ts", { handler });
      environment = await unpacked.start();
    });
    afterAll(() => unpacked.remove());

    it("is loaded, and answers a call with frames in one JSON object", async () => {
      const invoked = await call("hello", ["world"]);
      expect(invoked.end.errorType).toBeUndefined();
      expect(JSON.parse(invoked.parts.join(""))).toMatchObject({ faast: 1, frames: [{}] });
      expect(valueOf(invoked)).toBe("hello world");
    });

    it("tells where the call ran", async () => {
      const ids = new Set<string | undefined>();
      for (let i = 0; i < 2; i++) {
        const { execution } = (await call("hello", ["x"])).frames.at(-1) ?? {};
        expect(execution?.logUrl).toContain("$252Ffaast-under-test");
        expect(execution?.instanceId).toContain("[$LATEST]");
        ids.add(execution?.executionId);
      }
      expect(ids.size).toBe(2);
    });

    it("runs the module in one child process for as long as that lives, frozen between calls", async () => {
      const pid = valueOf(await call("pid"));
      expect(pid).not.toBe(environment.pid);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(valueOf(await call("pid"))).toBe(pid);
    });

    it("answers what is thrown as it was thrown, and goes on", async () => {
      const invoked = await call("failOnThisLine");
      expect(invoked.end.errorType).toBeUndefined();
      expect(invoked.frames.at(-1)).toMatchObject({
        type: "error",
        origin: "user",
        code: "thrown",
        message: "thrown remotely",
      });
      expect(valueOf(invoked)).toMatchObject({ name: "TypeError", status: 418 });
      expect(valueOf(await call("hello", ["again"]))).toBe("hello again");
    });

    it("answers that the process has ended, or has no memory left, and starts another", async () => {
      const before = valueOf(await call("pid"));
      const runtime = environment.pid;
      expect((await call("exit", [3])).frames.at(-1)).toMatchObject({
        origin: "runtime",
        code: "exit",
      });
      expect((await call("exhaustHeap")).frames.at(-1)).toMatchObject({
        origin: "runtime",
        code: "memory",
      });
      expect(valueOf(await call("pid"))).not.toBe(before);
      expect(environment.ended).toBe(false);
      expect(environment.pid).toBe(runtime);
    });

    it("answers that the time of a call is over", async () => {
      const invoked = await call("sleep", [60_000], { timeout: 300 });
      expect(invoked.frames.at(-1)).toMatchObject({ origin: "runtime", code: "timeout" });
    });

    it("answers that the time of Lambda is nearly over, before Lambda does", async () => {
      const short = await unpacked.start({ timeout: 4 });
      const event = await unpacked.event("sleep", [60_000]);
      const { frames, end } = await invoke(short, event);
      expect(end.errorType).toBeUndefined();
      expect(frames.at(-1)).toMatchObject({ origin: "runtime", code: "timeout" });
      expect(short.ended).toBe(false);
    });

    it("gives up an iterator that nobody expected before it takes anything from it", async () => {
      const { response } = await call("hiddenStream", [3]);
      expect(response).toEqual({ faast: 1, frames: [], needsStream: true });
    });

    it.each([["null"], ["17"], ['"text"'], ["[]"], ["{}"], ['{"faast":2}'], ['{"Records":[{}]}']])(
      "answers nothing to the event %s, and goes on",
      async (event) => {
        const { end, response } = await invoke(environment, event);
        expect(end.errorType).toBeUndefined();
        expect(response).toBeUndefined();
        expect(valueOf(await call("hello", ["on"]))).toBe("hello on");
      },
    );

    it("fails where our own event is malformed, and goes on", async () => {
      const { end } = await invoke(environment, '{"faast":1}');
      expect(end.errorType).toMatch(/Error/);
      expect(JSON.parse(end.errorBody ?? "")).toMatchObject({ errorType: end.errorType });
      expect(valueOf(await call("hello", ["on"]))).toBe("hello on");
    });

    it("ends with its child when it is killed, which Lambda tells", async () => {
      const doomed = await unpacked.start();
      const { end } = await invoke(doomed, await unpacked.event("killHandler"));
      expect(end.errorType).toBe("Runtime.ExitError");
      expect(doomed.ended).toBe(true);
    });

    it("passes on what functions print", async () => {
      await call("print", ["a line for the log"]);
      expect(environment.log).toContain("a line for the log");
    });

    it("runs the module in itself where there is to be no child process", async () => {
      const env = { ...unpacked.config.env, FAAST_CHILD_PROCESS: "false" };
      const inline = await unpacked.start({ env });
      expect(valueOf(await invoke(inline, await unpacked.event("pid")))).toBe(inline.pid);
      const { end } = await invoke(inline, await unpacked.event("exit", [3]));
      expect(end.errorType).toBe("Runtime.ExitError");
    });
  });

  it("a module that cannot be loaded is told by a frame", async () => {
    const unpacked = await UnpackedFunction.make("broken-import.mjs");
    const environment = await unpacked.start();
    const { end, frames } = await invoke(environment, await unpacked.event("hello"));
    expect(end.errorType).toBeUndefined();
    expect(frames.at(-1)).toMatchObject({ origin: "runtime", code: "import" });
    await unpacked.remove();
  });

  it("a module with a top-level await is loaded", async () => {
    const unpacked = await UnpackedFunction.make("top-level-await.mjs");
    const environment = await unpacked.start();
    expect(valueOf(await invoke(environment, await unpacked.event("get")))).toBe("awaited");
    await unpacked.remove();
  });

  it("a handler that does not exist is told as a failure of the start", async () => {
    const unpacked = await UnpackedFunction.make("functions.ts", { handler: "index.noHandler" });
    const environment = await unpacked.start();
    const { end } = await invoke(environment, await unpacked.event("hello", ["x"]));
    expect(end.errorType).toBe("Runtime.HandlerNotFound");
    await unpacked.remove();
  });

  it("each frame of a stream is a line of a response that is under way", async () => {
    const unpacked = await UnpackedFunction.make("functions.ts", {
      handler: "index.streamingHandler",
    });
    // Nobody listens at this address: the stream has all the credit it needs, and no control messages.
    const nowhere = "http://127.0.0.1:9/queue";
    const env = { ...unpacked.config.env, AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
    const environment = await unpacked.start({ env });
    const event = await unpacked.event("numbers", [3], {
      controlQueue: nowhere,
      replyQueue: nowhere,
      streamResponse: true,
    });
    const { parts, frames, end } = await invoke(environment, event);
    expect(end).toEqual({ streamed: true });
    expect(JSON.parse(parts[0]?.split("\n")[0] ?? "")).toMatchObject({ streaming: true });
    expect(frames.map(({ type }) => type)).toEqual([
      "started",
      "yield",
      "yield",
      "yield",
      "result",
    ]);
    await unpacked.remove();
  });
});
