import type { FunctionKind } from "../module/callable-exports.js";
import type { CallOptions, CallSettings, ViewSettings } from "./call-settings.js";
import { captureCallSite } from "./call-site.js";
import type { CallSpec } from "./call-task.js";
import { PromiseOutlet } from "./call-promise.js";
import { bare, detailed, type Present } from "./detail.js";
import { encodeFor } from "./encoding.js";
import type { Engine } from "./engine.js";
import { RemoteStream } from "./remote-stream.js";
import { AttachmentList } from "../wire/index.js";

type RemoteFunction = (...args: unknown[]) => unknown;

/** The two views of a module's functions. */
export interface Proxies {
  readonly functions: Readonly<Record<string, RemoteFunction>>;
  readonly functionsDetail: Readonly<Record<string, RemoteFunction>>;
}

/** What proxies are made of. */
export interface ProxySource {
  readonly engine: Engine;
  readonly kinds: ReadonlyMap<string, FunctionKind>;
  /** Functions that must not run twice for one call. */
  readonly nonIdempotent: ReadonlySet<string>;
  readonly settings: ViewSettings;
}

/** What one proxy needs. */
interface ProxyParts {
  readonly engine: Engine;
  readonly settings: CallSettings;
  readonly present: Present;
}

/** Makes an ordinary, frozen object with one function for each callable export. */
export function createProxies(source: ProxySource): Proxies {
  return { functions: createView(source, bare), functionsDetail: createView(source, detailed) };
}

/** The settings of calls made with `options` in the place of the module's own. */
export function settingsWith(base: ViewSettings, options: CallOptions): ViewSettings {
  const { idempotent, signal, timeout, retry, priority, streamWindow, transfer } = options;
  return {
    maxRetries: base.maxRetries,
    signal: signal ?? base.signal,
    timeout: timeout === undefined ? base.timeout : timeout * 1000,
    retry: retry ?? base.retry,
    priority: priority ?? base.priority,
    streamWindow: streamWindow ?? base.streamWindow,
    idempotent: idempotent ?? base.idempotent,
    transfer: transfer ?? base.transfer,
  };
}

function createView(source: ProxySource, present: Present): Record<string, RemoteFunction> {
  const view: Record<string, RemoteFunction> = {};
  const { engine, kinds, nonIdempotent, settings } = source;
  const usual: CallSettings = { ...settings, idempotent: settings.idempotent ?? true };
  const once: CallSettings = { ...settings, idempotent: settings.idempotent ?? false };
  for (const [key, kind] of kinds) {
    const isStream = kind === "generator" || kind === "async-generator";
    const parts = { engine, present, settings: nonIdempotent.has(key) ? once : usual };
    const proxy = isStream ? streamProxy(parts, key) : promiseProxy(parts, key);
    Object.defineProperty(proxy, "name", { value: key });
    Object.defineProperty(view, key, { value: proxy, enumerable: true });
  }
  return Object.freeze(view);
}

/** Arguments on their way, with the settings that they allow. */
type Packed = Pick<CallSpec, "args" | "attachments" | "settings">;

/** @throws FaastSerializationError */
function pack({ engine, settings }: ProxyParts, key: string, args: unknown[]): Packed {
  const { deployment, validate } = engine;
  if (deployment.limits.sharesMemory !== true)
    return { args: encodeFor(key, args, { root: "args", validate }), settings };
  const attachments = new AttachmentList(settings.transfer);
  const encoded = encodeFor(key, args, { root: "args", validate, attachments });
  return {
    args: encoded,
    attachments: attachments.items,
    // What is moved cannot be sent a second time.
    settings: attachments.hasMoved
      ? { ...settings, maxRetries: 0, retry: 0, idempotent: false }
      : settings,
  };
}

function promiseProxy(parts: ProxyParts, key: string): RemoteFunction {
  const { engine, present } = parts;
  return function proxy(...args) {
    let packed: Packed;
    try {
      packed = pack(parts, key, args);
    } catch (error) {
      return Promise.reject(calledBy(proxy, error));
    }
    const callSite = captureCallSite(proxy);
    const outlet = new PromiseOutlet(key, present, callSite !== undefined);
    // Each property by its name: there may be a million of these, and a spread takes more room.
    const { args: encoded, attachments, settings } = packed;
    engine.submit(
      {
        functionName: key,
        args: encoded,
        attachments,
        settings,
        callSite,
        stream: false,
        credit: 0,
      },
      outlet,
    );
    return outlet.promise;
  };
}

function streamProxy(parts: ProxyParts, key: string): RemoteFunction {
  const { engine, present } = parts;
  return function proxy(...args) {
    const callSite = captureCallSite(proxy);
    // Encoded now, so that what the caller does with the arguments later changes nothing.
    let packed: Packed | undefined;
    let refused: unknown;
    try {
      packed = pack(parts, key, args);
    } catch (error) {
      refused = calledBy(proxy, error);
    }
    return new RemoteStream(present, (stream, credit) => {
      if (packed === undefined) {
        stream.failed(refused, undefined);
        return undefined;
      }
      return engine.submit(
        { functionName: key, ...packed, callSite, stream: true, credit },
        stream,
      );
    });
  };
}

/** The stack of a refusal begins where the user has called the function. */
function calledBy(proxy: RemoteFunction, refusal: unknown): unknown {
  if (refusal instanceof Error) Error.captureStackTrace(refusal, proxy);
  return refusal;
}
