import { pathToFileURL } from "node:url";
import type { ControlMessage, Deployment, Frame, Invocation, Provider } from "@faast/core/provider";
import { Executor, type ModuleExports } from "@faast/core/worker";

/** What a test may do to the traffic between the engine and the functions. */
export interface LoopbackOptions {
  /** Delivers the frames of an attempt: as they are, if absent. */
  deliver?: (frame: Frame, invocation: Invocation) => void;
  /** Delivers the control messages of an attempt: as they are, if absent. */
  deliverControl?: (message: ControlMessage, send: (message: ControlMessage) => void) => void;
  /** Runs before an attempt; what it throws is a transport failure. */
  before?: (invocation: Invocation) => void;
}

/** A provider within this process: the engine's contract without any infrastructure. */
export function loopbackProvider(options: LoopbackOptions = {}): Provider & { closed: number } {
  const provider = {
    name: "loopback",
    options: { defaults: { concurrency: 10 }, own: {} },
    closed: 0,
    async deploy(spec: { moduleFile: string }): Promise<Deployment> {
      const exports = (await import(pathToFileURL(spec.moduleFile).href)) as ModuleExports;
      return {
        limits: { startupTime: 0 },
        async invoke(invocation) {
          options.before?.(invocation);
          const executor = new Executor(exports);
          void executor.run(invocation.request, (frame) => {
            const deliver = options.deliver ?? ((each) => invocation.receive(each));
            deliver(frame, invocation);
          });
          invocation.onControl((message) => {
            const deliver = options.deliverControl ?? ((each, send) => send(each));
            deliver(message, (each) => executor.control(each));
          });
        },
        logUrl: () => "memory:log",
        estimateCost: () => [],
        close: async () => {
          provider.closed++;
        },
      };
    },
  };
  return provider;
}
