import { Executor, type ExecutorOptions } from "./executor.js";
import { encodeThrown, messageOf } from "./frame-writer.js";
import type { Isolate, IsolateEvents } from "./isolate.js";
import type { ModuleExports } from "./module-exports.js";

/**
 * Runs the user's module in this very process: for debugging. Nothing can be taken from it by force: a
 * call that is given up is reported as such, and goes on.
 *
 * @param load - gives the exports; several isolates may share one loaded module.
 */
export function startInlineIsolate(
  load: () => Promise<ModuleExports>,
  events: IsolateEvents,
  options: ExecutorOptions = {},
): Isolate {
  let over = false;
  const executor = load().then(
    (exports) => {
      if (!over) events.message({ type: "ready" });
      return new Executor(exports, options);
    },
    (error: unknown) => {
      if (over) return undefined;
      events.message({
        type: "import-failed",
        message: messageOf(error),
        error: encodeThrown(error),
      });
      end();
      return undefined;
    },
  );
  function end() {
    if (over) return;
    over = true;
    // Whoever asked for the end goes on first, as with a process.
    setImmediate(() => events.exit({ description: "was left, and goes on", outOfMemory: false }));
  }
  return {
    id: String(process.pid),
    goesOn: true,
    send(message) {
      void executor.then((it) => {
        if (message.type === "control") return it?.control(message.message);
        return it?.run(message.request, (frame) => {
          if (!over) events.message({ type: "frame", frame });
        });
      });
    },
    kill: end,
    stop: end,
    setBusy: () => undefined,
  };
}
