import { isMainThread, Worker } from "node:worker_threads";

/** What Node tells of a thread's heap from 22.16 and 24.0 on, also while the thread computes. */
interface HeapTeller {
  getHeapStatistics(): Promise<{ readonly used_heap_size: number }>;
}

/** The JavaScript heap of a thread, seen from outside. */
export interface ThreadHeap {
  /** Bytes in use, garbage included. Rejects where the thread has ended. */
  used(): Promise<number>;
  /**
   * Has the garbage collected, whatever the thread computes, and tells what is left; undefined where that
   * cannot be done.
   */
  collect(): Promise<number | undefined>;
}

/** Whether the heaps of threads can be looked at, and collected, by this Node and from this thread. */
export const heapsAreTold =
  // Only the main thread's inspector knows other threads.
  isMainThread && process.features.inspector && "getHeapStatistics" in Worker.prototype;

/** See `heapsAreTold`. */
export function threadHeap(thread: Worker): ThreadHeap {
  const id = String(thread.threadId);
  return {
    used: async () => (await (thread as Worker & HeapTeller).getHeapStatistics()).used_heap_size,
    collect: () => collectGarbage(thread, id),
  };
}

/** What the inspector of a thread says. */
interface Answer {
  readonly id?: number;
  readonly error?: unknown;
  readonly result?: { readonly usedSize?: number };
}

/** More bytes between two samples than any heap has: there are to be none. */
const NO_SAMPLES = 2 ** 40;

/**
 * V8 collects all garbage before it gives a sampling profile, and it can be asked for one by the inspector in the
 * midst of a computation (while `HeapProfiler.collectGarbage` waits for its end). The session lasts for
 * this one question, so that no thread of the program stays attached.
 */
function collectGarbage(thread: Worker, threadId: string): Promise<number | undefined> {
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  return new Promise((resolve) => {
    let ours: string | undefined;
    const finish = (left?: number) => {
      thread.off("exit", ended);
      session.disconnect();
      resolve(left);
    };
    const ended = () => finish();
    const ask = (id: number, method: string, params = {}) => {
      const message = JSON.stringify({ id, method, params });
      session.post(
        "NodeWorker.sendMessageToWorker",
        { sessionId: ours ?? "", message },
        (error) => {
          if (error !== null) finish();
        },
      );
    };
    session.on("NodeWorker.attachedToWorker", ({ params }) => {
      // The id that it has besides is one of this session's.
      if (!params.workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      ours = params.sessionId;
      ask(1, "HeapProfiler.startSampling", { samplingInterval: NO_SAMPLES });
    });
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      if (params.sessionId !== ours) return;
      const { id, error, result } = JSON.parse(params.message) as Answer;
      // A profile that somebody else has begun is looked at, and goes on.
      const last =
        error === undefined ? "HeapProfiler.stopSampling" : "HeapProfiler.getSamplingProfile";
      if (id === 1) {
        ask(2, last);
        // Asked together, so that it is answered before the thread makes new garbage.
        ask(3, "Runtime.getHeapUsage");
      } else if (id === 3) {
        finish(result?.usedSize);
      }
    });
    thread.once("exit", ended);
    session.connect();
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => {
      // Those that run are attached by now.
      if (error !== null || ours === undefined) finish();
    });
  });
}
