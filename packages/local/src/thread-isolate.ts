import { MessageChannel, receiveMessageOnPort, type Worker } from "node:worker_threads";
import {
  packMessage,
  transferablesOf,
  unpackMessages,
  type FromIsolate,
  type Isolate,
  type IsolateEvents,
  type IsolateExit,
  type ThreadStart,
  type ToIsolate,
  type Transferable,
  type Wakefulness,
} from "@faast/core/worker";
import type { Piscina } from "piscina";

/** Milliseconds that a thread has to end by itself when it is asked to. */
const STOP_GRACE = 1000;

/**
 * MB of V8's young generation at most. All that lives there may move to the old one at once, and when that has
 * reached its limit, a thread has 16 MB to come to its end in: beyond these, V8 ends the whole process.
 * With 48, which is V8's default up to Node 22 (a third of them moves), that is rare; with Node 24's, usual.
 */
const YOUNG_GENERATION = 48;

/** What a thread is started with. */
export interface ThreadIsolateOptions {
  /** piscina's class: it is loaded only where threads are used. */
  readonly Pool: typeof Piscina;
  /** The program: an archive's entry, which exports `serve`. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  /** Heap limit, in MB. */
  readonly heapLimit: number;
  /** Descriptor of the file that takes what the thread prints. */
  readonly output: number;
  /** See `TransportLimits.sharesMemory`. */
  readonly sharesMemory: boolean;
  /** Extended where more is likely to come at once. */
  readonly wakefulness: Wakefulness;
}

/** An isolate that is a thread. */
export interface ThreadIsolate extends Isolate {
  readonly thread: Worker;
}

/**
 * Starts the user's module in a thread of its own.
 *
 * The thread is the only one of a pool of piscina's, since its isolate has a life of its own: it starts
 * with a fresh module, and its end must not touch another. The one task that the pool is given opens a
 * port and is over: a task under way would keep this process alive, while the port does so only when
 * there is work.
 */
export function startThreadIsolate(
  options: ThreadIsolateOptions,
  events: IsolateEvents,
): ThreadIsolate {
  const { port1: port, port2 } = new MessageChannel();
  // A thread refuses to start with options of V8 in its variables, which it ignores: set them there.
  const { NODE_OPTIONS, ...env } = options.env;
  const pool = new options.Pool({
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Infinity,
    // Between tasks, the thread is not to sleep: its work does not come as tasks.
    atomics: "disabled",
    recordTiming: false,
    env: env as Record<string, string>,
    execArgv: [],
    ...(options.heapLimit > 0
      ? {
          resourceLimits: {
            maxOldGenerationSizeMb: options.heapLimit,
            maxYoungGenerationSizeMb: YOUNG_GENERATION,
          },
        }
      : {}),
  });
  const start: ThreadStart = {
    port: port2,
    output: options.output,
    sharesMemory: options.sharesMemory,
    program: options.entry,
    env: NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS },
  };
  let over = false;
  let stopping: NodeJS.Timeout | undefined;
  /** Why it ended, where its exit code does not tell. */
  let reason: IsolateExit | undefined;

  const receive = (received: unknown) => {
    // The items of a stream, and there are more to come.
    if (Array.isArray(received)) options.wakefulness.extend();
    unpackMessages(received, (message) => {
      if (!over) events.message(message as FromIsolate);
    });
  };
  const finish = (code: number) => {
    if (over) return;
    clearTimeout(stopping);
    // What it sent before its end is all here, but not yet delivered.
    for (let last = receiveMessageOnPort(port); last; last = receiveMessageOnPort(port))
      receive(last.message);
    over = true;
    port.close();
    events.exit(reason ?? { description: `exited with code ${code}`, outOfMemory: false });
  };
  const kill = () => {
    if (!over) void pool.destroy();
  };
  const fail = (error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const outOfMemory = code === "ERR_WORKER_OUT_OF_MEMORY";
    reason ??= { description: `was ended by an exception: ${message}`, outOfMemory };
  };
  // Without a task under way, this is where piscina tells of what the thread's own listeners tell, too.
  pool.on("error", () => undefined);
  pool
    .run(start, { filename: options.entry, name: "serve", transferList: [port2] })
    .catch((error: unknown) => {
      fail(error);
      kill();
    });
  const thread = pool.threads[0] as Worker;
  thread.on("error", fail);
  thread.on("exit", finish);
  port.on("message", receive);

  return {
    id: `${process.pid}/${thread.threadId}`,
    thread,
    send(message) {
      try {
        const packed = packMessage(message);
        if (packed === undefined) port.postMessage(message, movedWith(message));
        else port.postMessage(packed);
      } catch (error) {
        fail(error);
        kill();
      }
    },
    kill,
    stop() {
      if (over || stopping !== undefined) return;
      stopping = setTimeout(kill, STOP_GRACE);
      port.close();
    },
    setBusy(busy) {
      if (busy) port.ref();
      else port.unref();
    },
  };
}

function movedWith(message: ToIsolate): Transferable[] {
  const bearer = message.type === "call" ? message.request : message.message;
  return "attachments" in bearer ? transferablesOf(bearer.attachments) : [];
}
