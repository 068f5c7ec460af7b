import { AsyncLocalStorage } from "node:async_hooks";
import type { Frame } from "../protocol/frames.js";
import { Executor, type ExecutorOptions } from "./executor.js";
import { encodeThrown, messageOf } from "./frame-writer.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import type { ModuleExports } from "./module-exports.js";

/** The way between an isolate and its supervisor, as the isolate sees it. */
export interface IsolateChannel extends ExecutorOptions {
  /** @param sent - told when the message is on its way for sure, whatever becomes of the isolate. */
  post(message: FromIsolate, sent?: () => void): void;
  listen(listener: (message: ToIsolate) => void): void;
}

/**
 * What every isolate does that has a `process` object of its own, be it a process or a thread: loads the
 * user's module, serves calls, and tells of exceptions that no call awaits.
 */
export function serveIsolate(load: () => Promise<ModuleExports>, channel: IsolateChannel): void {
  const post = channel.post.bind(channel);
  // Tells, of an exception that no call awaited, which call it comes from.
  const origins = new AsyncLocalStorage<{ over: boolean }>();
  process.on("uncaughtException", (error: unknown) => {
    process.stderr.write(`Uncaught ${error instanceof Error ? error.stack : messageOf(error)}\n`);
    // A call that is over can no more be failed, and the one at hand, or on its way, is not to blame.
    if (origins.getStore()?.over === true) return post({ type: "spent" });
    post({ type: "uncaught", message: messageOf(error), error: encodeThrown(error) }, () =>
      process.exit(1),
    );
  });

  const loaded = load().then(
    (exports) => {
      post({ type: "ready" });
      return new Executor(exports, channel);
    },
    (error: unknown) => {
      const message = messageOf(error);
      post({ type: "import-failed", message, error: encodeThrown(error) }, () => process.exit(1));
      return undefined;
    },
  );
  const sendFrame = (frame: Frame) => post({ type: "frame", frame });
  channel.listen((message) => {
    void loaded.then((executor) => {
      if (executor === undefined) return;
      if (message.type === "control") return executor.control(message.message);
      const origin = { over: false };
      void origins.run(origin, async () => {
        await executor.run(message.request, sendFrame);
        origin.over = true;
      });
    });
  });
}
