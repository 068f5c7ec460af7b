import type { AwsOptions } from "./aws-options.js";
import { heapLimit } from "./heap-limit.js";
import { isRefusal } from "./infra/aws-failure.js";
import type { AwsClients } from "./infra/clients.js";
import { putEventInvokeConfig } from "./infra/event-invoke.js";
import {
  createFunction,
  deleteFunction,
  LATE_FUNCTION,
  reserveConcurrency,
} from "./infra/function.js";
import type { TagRecord } from "./infra/tags.js";
import type { JobBucket } from "./job-bucket.js";
import { executionTimeout } from "./lambda-times.js";
import { LAYER_VARIABLE } from "./layer-variable.js";
import { renewJobLease } from "./leftovers/job-lease.js";
import { quotas } from "./quotas.js";

/** What a job's function is like. */
export interface JobFunctionSpec {
  readonly name: string;
  readonly tags: TagRecord;
  readonly options: Required<AwsOptions>;
}

/** What is there before the function is. */
export interface FunctionParts {
  readonly zip: Uint8Array;
  readonly roleArn: string;
  readonly layerArn: string | undefined;
}

/** The Lambda function of a job. */
export class JobFunction {
  private readonly clients: () => AwsClients;
  private readonly bucket: () => JobBucket;
  private readonly spec: JobFunctionSpec;
  private functionArn = "";
  /** Whether there is one to remove; undefined: its creation was given up, and who knows. */
  private exists: boolean | undefined = false;

  /** @param bucket - takes the code where it is large. */
  constructor(clients: () => AwsClients, bucket: () => JobBucket, spec: JobFunctionSpec) {
    this.clients = clients;
    this.bucket = bucket;
    this.spec = spec;
  }

  /** Empty until it is made. */
  get arn(): string {
    return this.functionArn;
  }

  /** Whether it has been there, or may yet appear. */
  get mayExist(): boolean {
    return this.exists !== false;
  }

  /** Resolves when it can be invoked. */
  async create({ zip, roleArn, layerArn }: FunctionParts, signal: AbortSignal): Promise<void> {
    const { name, options, tags } = this.spec;
    const scope = { clients: this.clients(), signal };
    // Loaded while AWS is at work. What fails is told by the first call.
    scope.clients.invocations().catch(() => undefined);
    const large = zip.byteLength > quotas.directZip.value;
    const code = large ? await this.bucket().putCode(zip, signal) : zip;
    this.exists = undefined;
    this.functionArn = await createFunction(scope, {
      name,
      roleArn,
      zip: code,
      handler: options.mode === "queue" ? "index.handler" : "index.streamingHandler",
      runtime: options.runtime,
      architecture: options.architecture,
      memorySize: options.memorySize,
      timeoutSeconds: executionTimeout(options),
      ...(layerArn === undefined ? {} : { layers: [layerArn] }),
      env: environment(options, layerArn !== undefined),
      description: options.description || "made by faast",
      tags,
      ephemeralStorageSize: options.ephemeralStorageSize,
      vpc: options.vpc,
      others: options.awsLambdaOptions,
    }).catch((error: unknown) => {
      if (isRefusal(error, "lambda:CreateFunction")) this.exists = false;
      throw error;
    });
    this.exists = true;
    if (large) await this.bucket().removeCode();
  }

  /** Sets the executions aside that the option asks for. */
  async reserve(signal: AbortSignal): Promise<void> {
    const { name, options } = this.spec;
    await reserveConcurrency(
      { clients: this.clients(), signal },
      name,
      options.reservedConcurrency,
    );
  }

  /**
   * What fails before our own handler can say so is told by Lambda, to a queue. That goes for notifications,
   * too: Lambda takes them for asynchronous invocations, and would try them again itself.
   */
  async watchFailures(failureQueueArn: string, signal: AbortSignal): Promise<void> {
    await putEventInvokeConfig(
      { clients: this.clients(), signal },
      {
        functionName: this.spec.name,
        failureQueueArn,
        maximumAgeSeconds: quotas.leastEventAge.value,
      },
    );
  }

  /** Says that the job's client is alive. */
  renewLease(): Promise<void> {
    return renewJobLease({ clients: this.clients() }, this.functionArn);
  }

  /** Deletes it, if there is one. */
  async remove(): Promise<void> {
    if (!this.mayExist) return;
    const appearsWithin = this.exists === undefined ? LATE_FUNCTION : 0;
    await deleteFunction({ clients: this.clients() }, this.spec.name, { appearsWithin });
  }
}

/** The variables of the function: the user's, and what our handler has to know. */
function environment(options: Required<AwsOptions>, hasLayer: boolean): Record<string, string> {
  return {
    ...options.env,
    ...(hasLayer ? { [LAYER_VARIABLE]: "true" } : {}),
    ...(options.childProcess ? {} : { FAAST_CHILD_PROCESS: "false" }),
    FAAST_HEAP_LIMIT: String(heapLimit(options)),
  };
}
