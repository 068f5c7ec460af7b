import type { ControlMessage } from "../protocol/control.js";
import type { Frame } from "../protocol/frames.js";
import { pause } from "./expectations.js";
import type { Deployment, Invocation, Provider, TransportLimits } from "../provider/contract.js";

/** Milliseconds by which faults may delay a frame, at most. */
const LATEST = 200;

/** What may go wrong between the engine and the functions. Absent: all goes well. */
export interface Faults {
  /** Delivers a frame: not at all, late, twice. */
  frame?: (frame: Frame, deliver: (frame: Frame) => void) => void;
  /** Delivers a control message. */
  control?: (message: ControlMessage, deliver: (message: ControlMessage) => void) => void;
  /** Runs before an attempt is sent; what it throws is a failure to deliver it. */
  send?: (invocation: Invocation) => void;
  /** Runs when what was created is to be removed; what it throws is a failure to remove it. */
  close?: () => void;
}

/** Stands between the engine and a provider, and does to the traffic what it is told. */
export class FaultInjector {
  faults: Faults = {};
  /** The largest number of attempts that were in flight at a time. */
  mostInFlight = 0;
  /** The functions of the attempts, as they were sent. */
  sent: string[] = [];
  /** What is declared of the transport, where other than by the provider. */
  limits: Partial<TransportLimits> = {};
  private inFlight = 0;

  /** The provider, with this in between. */
  wrap(provider: Provider<never>): Provider<never> {
    return {
      name: provider.name,
      options: provider.options,
      deploy: async (spec, signal) => this.wrapDeployment(await provider.deploy(spec, signal)),
    };
  }

  private wrapDeployment(deployment: Deployment): Deployment {
    return {
      limits: { ...deployment.limits, ...this.limits },
      ...(deployment.functions === undefined ? {} : { functions: deployment.functions }),
      ...(deployment.lease === undefined ? {} : { lease: deployment.lease }),
      invoke: (invocation) => this.invoke(deployment, invocation),
      logUrl: (detail) => deployment.logUrl(detail),
      estimateCost: (stats) => deployment.estimateCost(stats),
      close: async (options) => {
        await deployment.close(options);
        this.faults.close?.();
      },
    };
  }

  private async invoke(deployment: Deployment, invocation: Invocation): Promise<void> {
    this.sent.push(invocation.request.functionName);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    invocation.signal.addEventListener("abort", () => this.inFlight--, { once: true });
    this.faults.send?.(invocation);
    const { frame, control } = this.faults;
    let last = false;
    await deployment.invoke({
      request: invocation.request,
      signal: invocation.signal,
      get over() {
        return invocation.over;
      },
      receive: (each) => {
        last ||= each.type === "result" || each.type === "error";
        if (frame === undefined) invocation.receive(each);
        else frame(each, (one) => invocation.receive(one));
      },
      // The provider has delivered everything; what is lost or late since then is not its doing.
      fail: (code, message) => last || invocation.fail(code, message),
      defer: () => invocation.defer(),
      onControl: (listener) =>
        invocation.onControl((message) => {
          if (control === undefined) listener(message);
          else control(message, listener);
        }),
    });
    // What is late is still on its way.
    if (frame !== undefined) await pause(LATEST);
  }
}

/** Delivers each message twice, each time up to so many milliseconds late: doubled and out of order. */
export function unreliable<T>(most: number): (message: T, deliver: (message: T) => void) => void {
  return (message, deliver) => {
    for (let i = 0; i < 2; i++) setTimeout(deliver, Math.random() * most, message);
  };
}
