import type { ControlMessage } from "../protocol/control.js";
import type { Frame } from "../protocol/frames.js";
import type { EncodedCall } from "../protocol/request.js";
import { decode } from "../wire/index.js";
import { FrameWriter } from "./frame-writer.js";
import { IteratorSession, iteratorOf } from "./iterator-session.js";
import { exportNamed, type ModuleExports } from "./module-exports.js";

/** What an executor is told of the way to its caller. */
export interface ExecutorOptions {
  /** Shared memory and ports go along with frames: see `TransportLimits.sharesMemory`. */
  readonly sharesMemory?: boolean;
}

/** Runs the functions of a loaded module and turns whatever comes of them into frames. */
export class Executor {
  private readonly exports: ModuleExports;
  private readonly options: ExecutorOptions;
  /** What takes the control messages of each call under way. */
  private readonly controls = new Map<string, (message: ControlMessage) => void>();

  constructor(exports: ModuleExports, options: ExecutorOptions = {}) {
    this.exports = exports;
    this.options = options;
  }

  /** Runs one attempt of a call. Resolves, never rejects, when its last frame has been sent. */
  async run(request: EncodedCall, send: (frame: Frame) => void): Promise<void> {
    const writer = new FrameWriter(request, send, this.options);
    const fn = exportNamed(this.exports, request.functionName);
    if (fn === undefined) {
      const known = Object.keys(this.exports).join(", ");
      const message = `the module exports no function "${request.functionName}"; its exports are: ${known}`;
      return writer.failed({ origin: "runtime", code: "missing" }, new Error(message));
    }
    let args: unknown[];
    try {
      args = argumentsOf(request);
    } catch (error) {
      return writer.failed({ origin: "transport", code: "serialization" }, error);
    }
    const key = keyOf(request);
    // What comes before the call is known to be a stream waits for that.
    const early: ControlMessage[] = [];
    this.controls.set(key, (message) => early.push(message));
    try {
      const value = await Reflect.apply(fn, undefined, args);
      const iterator = iteratorOf(value);
      if (iterator === undefined) return writer.result(value);
      const session = new IteratorSession(iterator, writer, request.credit);
      this.controls.set(key, (message) => session.control(message));
      writer.started();
      for (const message of early) session.control(message);
      await session.run();
    } catch (error) {
      writer.thrown(error);
    } finally {
      this.controls.delete(key);
    }
  }

  /** Hands a control message to the call that it is for: one that `run()` has begun and not ended. */
  control(message: ControlMessage): void {
    this.controls.get(keyOf(message))?.(message);
  }
}

function argumentsOf(request: EncodedCall): unknown[] {
  const args = decode(request.args, request.attachments);
  if (!Array.isArray(args)) throw new TypeError("what arrived is no list of arguments");
  return args;
}

function keyOf({ call, attempt }: { call: string; attempt: number }): string {
  return `${call}/${attempt}`;
}
