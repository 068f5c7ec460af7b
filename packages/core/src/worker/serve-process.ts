import { AsyncLocalStorage } from "node:async_hooks";
import type { Frame } from "../protocol/frames.js";
import { Executor } from "./executor.js";
import { encodeThrown, messageOf } from "./frame-writer.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import type { ModuleExports } from "./module-exports.js";
import { prefixOutput } from "./output-prefix.js";

export interface ServeProcessOptions {
  /** Put before each line that the process prints. Default: its process id. */
  readonly linePrefix?: string;
}

/**
 * The whole life of a child process that runs the user's module: loads it, serves calls that come by
 * the channel to the parent process, and ends with that channel.
 *
 * @param load - imports the user's module; what it throws is reported, not fatal to the parent.
 */
export function serveProcess(
  load: () => Promise<ModuleExports>,
  { linePrefix = `[${process.pid}]: ` }: ServeProcessOptions = {},
): void {
  const send = process.send?.bind(process);
  if (send === undefined)
    throw new Error("This program is started by faast, with a channel to it.");
  const post = (message: FromIsolate, sent?: () => void) => {
    if (process.connected) send(message, undefined, undefined, () => sent?.());
  };
  // The user's module must take itself for a program of its own, not for a child that can be talked to.
  delete process.send;
  process.setSourceMapsEnabled(true);
  if (linePrefix !== "") prefixOutput(linePrefix);

  // The parent decides when the end has come: a Ctrl-C in its terminal reaches this process, too.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit());
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
      return new Executor(exports);
    },
    (error: unknown) => {
      const message = messageOf(error);
      post({ type: "import-failed", message, error: encodeThrown(error) }, () => process.exit(1));
      return undefined;
    },
  );
  const sendFrame = (frame: Frame) => post({ type: "frame", frame });
  process.on("message", (message: ToIsolate) => {
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
