import { writeSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import { lateWorkerThreads } from "../late-builtins.js";
import { transferablesOf, type Transferable } from "../wire/index.js";
import { unpackMessages } from "./channel-codec.js";
import type { FromIsolate, ToIsolate } from "./isolate-messages.js";
import { MessageBatch, postBatched } from "./message-batch.js";
import type { ModuleExports } from "./module-exports.js";
import { prefixOutput } from "./output-prefix.js";
import { serveIsolate } from "./serve-isolate.js";
import { Wakefulness } from "./wakefulness.js";

/** What a thread is given to begin with. */
export interface ThreadStart {
  /** The way to the supervisor. */
  readonly port: MessagePort;
  /** Descriptor of the file that takes what is printed: descriptors are the whole process's. */
  readonly output: number;
  /** See `TransportLimits.sharesMemory`. */
  readonly sharesMemory: boolean;
  /** What `process.argv` names as the program. */
  readonly program: string;
  /** Variables that a thread can be given only once it runs. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bytes from which a frame's value is moved rather than copied. */
const MOVED = 16_384;

/**
 * The whole life of a thread that runs the user's module: loads it, serves calls that come by the port,
 * and ends with that port. Returns at once; the port keeps the thread.
 *
 * @param load - imports the user's module; what it throws is reported, not fatal to the parent.
 */
export function serveThread(
  { port, output, sharesMemory, program, env }: ThreadStart,
  load: () => Promise<ModuleExports>,
): void {
  process.setSourceMapsEnabled(true);
  process.argv.splice(1, process.argv.length, program);
  Object.assign(process.env, env);
  // Written here and now: what a thread hands to its parent to print is lost when it ends.
  const { threadId } = lateWorkerThreads();
  prefixOutput(`[${process.pid}/${threadId}]: `, (text) => writeAll(output, text));
  port.on("close", () => process.exit());
  const wakefulness = new Wakefulness();
  const batch = new MessageBatch((strings) => port.postMessage(strings), wakefulness);
  process.on("exit", () => batch.flush());
  serveIsolate(load, {
    sharesMemory,
    wakefulness,
    post: (message, sent) =>
      postBatched(batch, message, () => {
        port.postMessage(message, movedWith(message));
        sent?.();
      }),
    listen: (listener) =>
      port.on("message", (received) =>
        unpackMessages(received, (message) => listener(message as ToIsolate)),
      ),
    whenSent: (callback) => {
      batch.flush();
      callback();
    },
  });
}

/** What a message takes with it: besides attachments, the bytes of a large frame, of no use here now. */
function movedWith(message: FromIsolate): Transferable[] {
  if (message.type !== "frame") return [];
  const { frame } = message;
  const moved = "attachments" in frame ? transferablesOf(frame.attachments) : [];
  const bytes = "value" in frame ? frame.value : undefined;
  // Not where they are a part of something larger.
  if (bytes !== undefined && bytes.length >= MOVED && bytes.length === bytes.buffer.byteLength)
    moved.push(bytes.buffer as ArrayBuffer);
  return moved;
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done);
}
