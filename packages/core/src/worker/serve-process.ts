import { unpackMessages } from "./channel-codec.js";
import type { FromIsolate } from "./isolate-messages.js";
import { MessageBatch, postBatched } from "./message-batch.js";
import type { ModuleExports } from "./module-exports.js";
import { PendingSends } from "./pending-sends.js";
import { announcementOf, isAnnouncement } from "./large-messages.js";
import { prefixOutput } from "./output-prefix.js";
import { serveIsolate } from "./serve-isolate.js";
import { Wakefulness } from "./wakefulness.js";

export interface ServeProcessOptions {
  /** Put before each line that the process prints. Default: its process id. */
  readonly linePrefix?: string;
  /**
   * For a moment after a short call, and while much is on its way, wait without going to sleep: what comes is
   * there sooner, and at less cost to both sides. Where processor time is not billed. Default: false.
   */
  readonly staysAwake?: boolean;
}

/**
 * The whole life of a child process that runs the user's module: loads it, serves calls that come by
 * the channel to the parent process, and ends with that channel.
 *
 * @param load - imports the user's module; what it throws is reported, not fatal to the parent.
 */
export function serveProcess(
  load: () => Promise<ModuleExports>,
  { linePrefix = `[${process.pid}]: `, staysAwake = false }: ServeProcessOptions = {},
): void {
  const send = process.send?.bind(process);
  if (send === undefined)
    throw new Error("This program is started by faast, with a channel to it.");
  // The user's module must take itself for a program of its own, not for a child that can be talked to.
  delete process.send;
  process.setSourceMapsEnabled(true);
  if (linePrefix !== "") prefixOutput(linePrefix);

  // The parent decides when the end has come: a Ctrl-C in its terminal reaches this process, too.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit());
  // The parent process notices by other means what did not arrive.
  const sending = new PendingSends();
  const sendNow = (message: FromIsolate | string | string[], sent?: () => void) => {
    // With a callback, a channel that is gone makes no event of it.
    if (process.connected) send(message, undefined, undefined, sending.begin(sent));
  };
  const wakefulness = staysAwake ? new Wakefulness() : undefined;
  const sendAlone = (message: FromIsolate, sent?: () => void) => {
    const announcement = announcementOf(message, wakefulness);
    if (announcement !== undefined) sendNow(announcement);
    sendNow(message, sent);
  };
  const batch = new MessageBatch(sendNow, wakefulness);
  process.on("exit", () => batch.flush());
  serveIsolate(load, {
    wakefulness,
    post: (message, sent) => postBatched(batch, message, () => sendAlone(message, sent)),
    listen: (listener) =>
      process.on("message", (received) => {
        if (!isAnnouncement(received, wakefulness))
          unpackMessages(received, listener as (message: unknown) => void);
      }),
    whenSent: (callback) => {
      batch.flush();
      sending.whenNone(callback);
    },
  });
}
