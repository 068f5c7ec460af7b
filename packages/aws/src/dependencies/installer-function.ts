import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "@faast/bundler";
import { FaastCreateFunctionError } from "@faast/core/provider";
import { hasAwsCode } from "../infra/aws-failure.js";
import { retryTransient } from "../infra/backoff.js";
import {
  createAwsClients,
  type AwsClientConfig,
  type AwsClients,
  type AwsScope,
} from "../infra/clients.js";
import { createFunction, deleteFunction, LATE_FUNCTION } from "../infra/function.js";
import { createLogGroup, deleteLogGroup } from "../infra/log-group.js";
import type { TagRecord } from "../infra/tags.js";
import { invocationOutcome } from "../invocation/invocation-outcome.js";
import { quotas } from "../quotas.js";
import type { InstallRequest, InstallResponse } from "./install-message.js";

const entry = fileURLToPath(new URL("./installer/install-entry.js", import.meta.url));

/** MB: all that accounts may have that are new. npm takes two processors at times, the archive memory. */
const MEMORY = 3_008;
/** MB of /tmp: packages, their archives in npm's cache, and what scripts of theirs may download. */
const STORAGE = 4_096;
/** Seconds: Lambda's longest. */
const TIMEOUT = 900;
/** Milliseconds in which Lambda must find the time for the one invocation. */
const START_TIME = 120_000;
/** Milliseconds in which what Lambda has to say of an execution follows its answer. */
const LATE_LINES = 500;

/** The function of one job that installs its dependencies. */
export interface InstallerSpec {
  readonly clients: AwsClients;
  readonly clientConfig: AwsClientConfig;
  readonly name: string;
  readonly roleArn: string;
  readonly tags: TagRecord;
  /** That of the job's own function, and so is its processor: native packages are for both. */
  readonly runtime: string;
  readonly architecture: "arm64" | "x86_64";
}

/** A function of our own code alone, which lives for one installation. */
export class InstallerFunction {
  private readonly spec: InstallerSpec;
  /** Its creation was given up, and who knows whether it will be there. */
  private isUncertain = false;

  constructor(spec: InstallerSpec) {
    this.spec = spec;
  }

  /** Creates it, and its log group: it may not do so itself. */
  async create(signal: AbortSignal): Promise<void> {
    const { clients, name, tags } = this.spec;
    const scope = { clients, signal };
    const bundled = await bundle({
      module: entry,
      root: dirname(entry),
      esbuildOptions: { sourcemap: false, minify: true },
      signal,
    });
    const zip = await bundled.archive();
    signal.throwIfAborted();
    // Not given up, since it is short: it would be open whether there is something to remove.
    await createLogGroup({ clients }, { functionName: name, tags });
    this.isUncertain = true;
    await createFunction(scope, {
      ...this.spec,
      zip,
      handler: bundled.modulePath.replace(/\.mjs$/, ".handler"),
      memorySize: MEMORY,
      ephemeralStorageSize: STORAGE,
      timeoutSeconds: TIMEOUT,
      description: "made by faast, to install dependencies",
    });
    this.isUncertain = false;
  }

  /**
   * Has it install; resolves when the archive is in the bucket.
   *
   * @throws FaastCreateFunctionError with npm's output.
   */
  async install(request: InstallRequest, signal: AbortSignal): Promise<void> {
    const payload = JSON.stringify(request);
    if (Buffer.byteLength(payload) > quotas.syncPayload.value) {
      throw new FaastCreateFunctionError(
        'The lockfile beside the file of the option "packageJson" is too large to be sent to Lambda. Give a package.json, with a lockfile of its own, of only what the functions need.',
      );
    }
    const response = await this.invoke(payload, signal);
    const { failure } = response;
    if (failure === undefined) return;
    throw refusal(`${failure.reason}\n${failure.output.trim()}`.trim(), request.command);
  }

  /** Deletes it, and what Lambda wrote of it; what is gone is fine. */
  async remove(): Promise<void> {
    const { clients, name } = this.spec;
    const appearsWithin = this.isUncertain ? LATE_FUNCTION : 0;
    await deleteFunction({ clients }, name, { appearsWithin });
    await deleteLogGroup({ clients }, name);
    // With a role of the user's own that may create log groups, a late line brings it back.
    await sleep(LATE_LINES);
    await deleteLogGroup({ clients }, name);
  }

  private async invoke(payload: string, signal: AbortSignal): Promise<InstallResponse> {
    const { clients: own, clientConfig, name } = this.spec;
    // The job's own client may be less patient: its calls may take less time. A request handler of the
    // user's own is as patient as it is, and not ours to close.
    const clients =
      clientConfig.requestHandler === undefined
        ? await createAwsClients({
            region: own.region,
            clientConfig,
            invocations: { concurrency: 1, timeoutSeconds: TIMEOUT + 10 },
          })
        : own;
    try {
      const outcome = await invokeOnce({ clients, signal }, name, payload);
      if ("failure" in outcome) throw refusal(outcome.failure.message);
      const response = JSON.parse(outcome.payload) as InstallResponse | null;
      if (response?.faast !== 1) throw refusal("the answer of the installing function is not ours");
      return response;
    } finally {
      if (clients !== own) clients.destroy();
    }
  }
}

async function invokeOnce({ clients, signal }: AwsScope, name: string, payload: string) {
  const client = await clients.invocations();
  // Nothing has begun yet then.
  const isTransient = (error: unknown) =>
    hasAwsCode(error, "TooManyRequestsException", "ResourceConflictException");
  const answer = await retryTransient({ time: START_TIME, signal, isTransient }, () =>
    client.invoke({ functionName: name, payload, signal }),
  );
  return invocationOutcome(Promise.resolve(answer));
}

function refusal(reason: string, command?: readonly string[]): FaastCreateFunctionError {
  const how = command === undefined ? "" : ` (npm ${command.join(" ")})`;
  return new FaastCreateFunctionError(
    `The dependencies of the option "packageJson" could not be installed in Lambda${how}: ${reason}`,
  );
}
