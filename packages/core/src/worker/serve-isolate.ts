import type { Frame } from "../protocol/frames.js";
import { CallQueue } from "./call-queue.js";
import { Executor, type ExecutorOptions } from "./executor.js";
import { encodeThrown, messageOf } from "./frame-writer.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import type { ModuleExports } from "./module-exports.js";
import type { Wakefulness } from "./wakefulness.js";

/** The way between an isolate and its supervisor, as the isolate sees it. */
export interface IsolateChannel extends ExecutorOptions {
  /** @param sent - told when the message is on its way for sure, whatever becomes of the isolate. */
  post(message: FromIsolate, sent?: () => void): void;
  listen(listener: (message: ToIsolate) => void): void;
  /** Extended after a short call, when the next may be on its way; none: it is waited for asleep. */
  readonly wakefulness: Wakefulness | undefined;
  /** Calls back when all that was posted is on its way for sure: at once, if it is. */
  whenSent(callback: () => void): void;
}

/**
 * What every isolate does that has a `process` object of its own, be it a process or a thread: loads the
 * user's module, serves calls, and tells of exceptions that no call awaits.
 */
export function serveIsolate(load: () => Promise<ModuleExports>, channel: IsolateChannel): void {
  const post = channel.post.bind(channel);
  let queue: CallQueue | undefined;
  process.on("uncaughtException", (error: unknown) => {
    process.stderr.write(`Uncaught ${error instanceof Error ? error.stack : messageOf(error)}\n`);
    // A call that is over can no more be failed, and the one at hand, or on its way, is not to blame.
    const isOutlived = queue?.isOutlived === true;
    queue?.close();
    if (isOutlived) return post({ type: "spent" });
    post({ type: "uncaught", message: messageOf(error), error: encodeThrown(error) }, () =>
      process.exit(1),
    );
  });

  const loaded = load().then(
    (exports) => {
      const executor = new Executor(exports, channel);
      const events = {
        frame: (frame: Frame) => post({ type: "frame", frame }),
        returned: (startBy: number) => post({ type: "returned", startBy }),
        whenSent: (callback: () => void) => channel.whenSent(callback),
      };
      queue = new CallQueue(executor, events, channel.wakefulness);
      post({ type: "ready" });
      return { executor, queue };
    },
    (error: unknown) => {
      const message = messageOf(error);
      post({ type: "import-failed", message, error: encodeThrown(error) }, () => process.exit(1));
      return undefined;
    },
  );
  channel.listen((message) => {
    void loaded.then((it) => {
      if (message.type === "control") it?.executor.control(message.message);
      else it?.queue.take(message.request, message.startBy);
    });
  });
}
