import { types } from "node:util";
import { AutomaticCollection } from "./collection/automatic-collection.js";
import { renewLease } from "./collection/lease-renewal.js";
import { Engine } from "./engine/engine.js";
import { FaastCancelledError, FaastModuleError, FaastOptionsError } from "./errors.js";
import { createFaastModule, type FaastModule } from "./faast-module.js";
import { closeAll, deployJob } from "./job-deployment.js";
import { lateCrypto } from "./late-builtins.js";
import { registerLiveModule } from "./live-modules.js";
import { log } from "./log.js";
import {
  captureCallers,
  locateModule,
  moduleFunctions,
  type FunctionKind,
} from "./module/index.js";
import type { CommonOptions } from "./options/common-options.js";
import { readConfig } from "./options/config-file.js";
import { importTypeScript } from "./options/config-source.js";
import { suggestion } from "./options/option-check.js";
import { isRecord } from "./options/option-table.js";
import type { DeploySpec, Deployment, Provider } from "./provider/contract.js";
import { endDeployment } from "./provider/deployment-end.js";
import { providerOptions } from "./provider/provider-options.js";
import { loadProvider } from "./provider/provider-resolution.js";

/** What `faast()` is asked to do, its arguments sorted. */
export interface StartModuleSpec {
  /** Undefined: as the environment and the configuration say. */
  readonly provider: string | Provider | undefined;
  /** A module's exports, or its path or URL. */
  readonly module: unknown;
  readonly options: unknown;
  /** The function that the user called: the stack above it is the user's. */
  readonly calledAs: (...args: never[]) => unknown;
}

/**
 * Does what `faast()` does, for packages that offer an entry of their own, such as `faastLocal()`.
 * Must be called in the same turn as the user's call, since the stack tells who called.
 */
export function startModule(spec: StartModuleSpec): Promise<FaastModule<object>> {
  return start(spec, captureCallers(spec.calledAs));
}

async function start(
  spec: StartModuleSpec,
  callers: readonly string[],
): Promise<FaastModule<object>> {
  const { provider, options: given } = await choose(spec, callers);
  // Options first: theirs are the cheaper mistakes, and nothing has happened yet.
  const options = providerOptions(provider, given);
  throwIfAborted(options.signal);
  refuseThenable(spec.module);
  const located = await locateModule(spec.module, callers);
  throwIfAborted(options.signal);
  const functions = moduleFunctions(located);
  if (functions?.size === 0) throw noFunctions(located.file);
  if (functions !== undefined) requireKnown(options.nonIdempotent, functions);
  const job = createJob();
  log.info("%s: faast() with %s, module %s", job.name, provider.name, located.file);
  const deployment = await deployJob(provider, {
    moduleFile: located.file,
    options,
    job,
    needsFunctions: functions === undefined,
  });
  log.info("%s: deployed after %d ms", job.name, age(job));
  const kinds = functions ?? deployment.functions ?? new Map<string, FunctionKind>();
  try {
    if (kinds.size === 0) throw noFunctions(located.file);
    requireKnown(options.nonIdempotent, kinds);
  } catch (error) {
    await endDeployment(deployment, closeAll);
    throw error;
  }
  return open(provider, { deployment, options, kinds, job });
}

/** Milliseconds since the job began. */
function age(job: DeploySpec["job"]): number {
  return Date.now() - job.createdAt.getTime();
}

/** A name that is misspelt would leave its function unprotected. */
function requireKnown(nonIdempotent: readonly string[], kinds: ReadonlyMap<string, unknown>): void {
  const unknown = nonIdempotent.find((name) => !kinds.has(name));
  if (unknown === undefined) return;
  throw new FaastOptionsError(
    `The option "nonIdempotent" of faast() names "${unknown}", which is no function of the module.${suggestion(unknown, [...kinds.keys()])}`,
  );
}

function noFunctions(file: string): FaastModuleError {
  return new FaastModuleError(
    `The module ${file} exports no function, so there is nothing to call. (Classes are no functions.)`,
  );
}

/** A module with an export `then` would be taken for a promise wherever it is imported or awaited. */
function refuseThenable(module: unknown): void {
  if (typeof module !== "object" || module === null || types.isPromise(module)) return;
  if (typeof (module as { then?: unknown }).then !== "function") return;
  throw new FaastModuleError(
    "The module exports a function named `then`, so importing it would wait for that function as if the module were a promise. Export the function under another name.",
  );
}

interface Choice {
  readonly provider: Provider;
  readonly options: unknown;
}

/** The provider and the options, from the arguments or from the environment and the configuration. */
async function choose(spec: StartModuleSpec, callers: readonly string[]): Promise<Choice> {
  if (typeof spec.provider === "object") return { provider: spec.provider, options: spec.options };
  if (spec.provider !== undefined) {
    return { provider: await loadProvider(spec.provider, callers), options: spec.options };
  }
  const config = await readConfig(process.cwd(), importTypeScript);
  const chosen = process.env.FAAST_PROVIDER || config.provider || "local";
  const provider = typeof chosen === "string" ? await loadProvider(chosen, callers) : chosen;
  const own =
    (typeof chosen === "string" ? config.providerOptions[chosen] : undefined) ??
    config.providerOptions[provider.name];
  const configured = overlay([config.options, own]);
  // By themselves, so that a mistake is told to be the file's.
  if (config.file !== undefined) providerOptions(provider, configured, config.file);
  return { provider, options: overlay([configured, spec.options]) };
}

/** Options over options; a value that is undefined hides none. */
function overlay(layers: readonly unknown[]): unknown {
  const wrong = layers.find((layer) => layer !== undefined && !isRecord(layer));
  if (wrong !== undefined) return wrong; // for the check to refuse
  const given = layers.flatMap((layer) => Object.entries(layer ?? {}));
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function createJob(): DeploySpec["job"] {
  const id = lateCrypto().randomUUID();
  return { id, name: `faast-${id}`, createdAt: new Date() };
}

interface OpenModuleParts {
  readonly deployment: Deployment;
  readonly options: Required<CommonOptions>;
  readonly kinds: ReadonlyMap<string, FunctionKind>;
  readonly job: DeploySpec["job"];
}

/** Makes the module of a deployment, and sees to its end when a signal asks for it. */
function open(provider: Provider, parts: OpenModuleParts): FaastModule<object> {
  const { options } = parts;
  const engine = new Engine(parts.deployment, options);
  const onAbort = () =>
    engine.close("the module was cancelled by its signal", options.signal?.reason);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  const collection =
    options.gc === "off" || provider.collector === undefined
      ? undefined
      : new AutomaticCollection(provider, options);
  const leave = renewLease(parts.job.name, parts.deployment);
  const unregister = registerLiveModule({
    release: () => {
      engine.freeze();
      // Nobody has the time for it.
      void collection?.end(0.001);
      return endDeployment(parts.deployment, closeAll);
    },
    cancel: () => void module.cleanup().catch(() => undefined),
  });
  const module = createFaastModule({
    ...parts,
    provider: provider.name,
    engine,
    collection,
    settings: {
      signal: undefined,
      timeout: options.timeout * 1000,
      maxRetries: options.maxRetries,
      retry: undefined,
      priority: 0,
      streamWindow: options.streamWindow,
      idempotent: undefined,
    },
    onClosed: () => {
      options.signal?.removeEventListener("abort", onAbort);
      unregister();
      leave();
      const { job } = parts;
      if (log.info.enabled) log.info("%s: cleaned up after %d ms", job.name, age(job));
      if (log.minimal.enabled)
        log.minimal("%s: %s: %s", job.name, provider.name, engine.stats.snapshot());
    },
  });
  return module;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new FaastCancelledError("faast() was cancelled by its signal", { cause: signal.reason });
  }
}
