import type { DependencySource } from "@faast/bundler";
import {
  FaastCancelledError,
  type CleanupOptions,
  type DeploySpec,
  type FailureCode,
} from "@faast/core/provider";
import type { AwsOptions } from "./aws-options.js";
import { ControlQueues, type ControlPlace } from "./control-queues.js";
import { DependencyLayer } from "./dependencies/dependency-layer.js";
import { DeploymentSteps } from "./deployment-steps.js";
import { prepareRole } from "./execution-role.js";
import { isAccessDenied } from "./infra/aws-failure.js";
import { createAwsClients, type AwsClients } from "./infra/clients.js";
import { sendMessage } from "./infra/queue.js";
import { jobTags, localOwner, type TagRecord } from "./infra/tags.js";
import { inlineLimit } from "./inline-limit.js";
import { invocationOutcome, type InvocationOutcome } from "./invocation/invocation-outcome.js";
import { JobBucket } from "./job-bucket.js";
import { JobFunction } from "./job-function.js";
import { JobLogGroup } from "./job-log-group.js";
import { JobQueues } from "./job-queues.js";
import { JobReplies, type Replies } from "./job-replies.js";
import { executionTimeout, startupTime, STREAM_GRACE } from "./lambda-times.js";
import { LEASE_TIME } from "./lease-time.js";
import { quotas } from "./quotas.js";
import { RequestTopic } from "./request-topic.js";
import { openResponse, type ResponseEvents } from "./response-stream.js";
import { ResponseStreams } from "./response-streams.js";

/** All that a job has in the account: its function at once, the rest when first needed. */
export class JobInfrastructure {
  readonly mode: "https" | "queue";
  readonly functionName: string;
  readonly controlQueues: ControlQueues;
  readonly responseStreams: ResponseStreams;
  /** Milliseconds that an execution has to end in when its stream has been given up. */
  readonly streamGrace = STREAM_GRACE;
  private readonly spec: DeploySpec<AwsOptions>;
  private readonly tags: TagRecord;
  private readonly clientsPromise: Promise<AwsClients>;
  private clients: AwsClients | undefined;
  private bucket: JobBucket | undefined;
  private roleArn = "";
  private layer: DependencyLayer | undefined;
  private layerArn: string | undefined;
  private readonly steps = new DeploymentSteps();
  /** What is made beside the function. */
  private beside: Promise<unknown> = Promise.resolve();
  /** Executions may end unseen: those that answer by the queue, and those that were given up. */
  private loose = false;
  private readonly function: JobFunction;
  private readonly logGroup: JobLogGroup;
  private readonly queues: JobQueues;
  private readonly jobReplies: JobReplies;
  private readonly topic: RequestTopic;

  constructor(spec: DeploySpec<AwsOptions>) {
    this.spec = spec;
    const { options, job } = spec;
    this.mode = options.mode === "queue" ? "queue" : "https";
    this.functionName = job.name;
    const expiresAt = new Date(job.createdAt.getTime() + LEASE_TIME);
    this.tags = jobTags({ job: job.id, owner: localOwner(), createdAt: job.createdAt, expiresAt });
    this.clientsPromise = createAwsClients({
      region: options.region,
      clientConfig: options.clientConfig,
      invocations: {
        concurrency: options.concurrency,
        timeoutSeconds: executionTimeout(options) + 10,
      },
    });
    const clients = () => this.ready;
    const { functionName, tags } = this;
    const { retentionInDays } = options;
    this.function = new JobFunction(clients, () => this.blobs, {
      name: functionName,
      tags,
      options,
    });
    this.logGroup = new JobLogGroup(clients, { functionName, tags, retentionInDays });
    this.queues = new JobQueues(clients, functionName, tags);
    this.jobReplies = new JobReplies(clients, this.queues, () => this.blobs);
    this.topic = new RequestTopic(clients, () => ({
      functionName,
      functionArn: this.function.arn,
      tags,
    }));
    this.controlQueues = new ControlQueues(
      {
        create: (name) => this.createControlQueue(name),
        remove: (name) => this.queues.remove(name),
        send: async (url, body) => sendMessage({ clients: await this.clientsPromise }, url, body),
      },
      { most: options.concurrency, grace: STREAM_GRACE },
    );
    this.responseStreams = new ResponseStreams(
      { invoke: (payload, signal) => this.streamResponse(payload, signal) },
      { silence: this.startupTime, grace: STREAM_GRACE },
    );
  }

  /** See `TransportLimits.startupTime`. */
  get startupTime(): number {
    return startupTime(this.spec.options);
  }

  get region(): string {
    return this.ready.region;
  }

  /** Bytes of payload, before base64, that a message of the reply queue may carry. */
  get queueInlineLimit(): number {
    return this.jobReplies.inlineLimit;
  }

  get blobs(): JobBucket {
    return (this.bucket ??= new JobBucket(this.ready, this.functionName, this.tags));
  }

  /** What failed of the deployment for this reason, in words that go with "could not be …". */
  failedStep(reason: unknown): string | undefined {
    return this.steps.failedStep(reason);
  }

  /**
   * Begins whatever needs no code, all at once. Resolves when there is an execution role, and a layer with
   * the dependencies, if there are any.
   */
  async prepare(dependencies: DependencySource | undefined, signal: AbortSignal): Promise<void> {
    const clients = (this.clients = await this.clientsPromise);
    const { options } = this.spec;
    const { steps } = this;
    const role = steps.run("the execution role", signal, (given) =>
      prepareRole({ clients, signal: given }, options),
    );
    // These are short. Given up, they would leave it open whether there is something to remove.
    const beside: Promise<unknown>[] = [
      steps.run("the log group", signal, () => this.logGroup.create()),
    ];
    if (this.mode === "queue") {
      beside.push(steps.run("the queue of replies", signal, () => this.jobReplies.queueArn()));
      if (options.queueDispatch === "sns")
        beside.push(steps.run("the topic", signal, () => this.topic.open()));
    }
    this.beside = Promise.all(beside);
    this.beside.catch(() => undefined); // who creates the function waits for it
    this.roleArn = await role;
    if (dependencies === undefined) return;
    this.layerArn = await steps.run("the layer of dependencies", signal, (given) =>
      this.prepareLayer(clients, dependencies, given),
    );
  }

  /** Creates the function, and what starts it in queue mode. */
  async createFunction(zip: Uint8Array, signal: AbortSignal): Promise<void> {
    const { options } = this.spec;
    const { layerArn, roleArn, steps } = this;
    const own = this.function;
    await steps.run("the function", signal, (given) =>
      own.create({ zip, roleArn, layerArn }, given),
    );
    const last = [this.beside];
    if (options.reservedConcurrency > 0) {
      last.push(steps.run("its reserved concurrency", signal, (given) => own.reserve(given)));
    }
    if (this.mode === "queue") {
      last.push(
        steps.run("the function's failure destination", signal, async (given) =>
          own.watchFailures(await this.jobReplies.queueArn(), given),
        ),
        steps.run("the queue of replies", signal, () => this.replies()),
      );
      if (options.queueDispatch === "sns")
        last.push(steps.run("the topic's subscription", signal, () => this.topic.connect()));
    }
    await Promise.all(last);
  }

  /** Invokes the function, and waits for its answer. */
  async invoke(payload: string, signal: AbortSignal): Promise<InvocationOutcome> {
    signal.addEventListener("abort", () => (this.loose = true), { once: true });
    const client = await this.ready.invocations();
    return invocationOutcome(client.invoke({ functionName: this.functionName, payload, signal }));
  }

  /**
   * Starts the function without waiting for it: by a notification, or by asynchronous invocation.
   *
   * @param payloadOf - the payload, given the bytes before base64 that may go in it.
   */
  async dispatch(
    payloadOf: (inlineLimit: number) => Promise<string>,
    signal: AbortSignal,
  ): Promise<FailureCode | undefined> {
    if (this.spec.options.queueDispatch === "sns") {
      await this.topic.publish(payloadOf, signal);
      return undefined;
    }
    const [client, payload] = await Promise.all([
      this.ready.invocations(),
      payloadOf(inlineLimit(quotas.asyncPayload.value)),
    ]);
    const { functionName } = this;
    const outcome = await invocationOutcome(
      client.invoke({ functionName, payload, event: true, signal }),
    );
    return "failure" in outcome ? outcome.failure.code : undefined;
  }

  /** The queue of replies, made when first needed. */
  replies(): Promise<Replies> {
    this.loose = true;
    return this.jobReplies.open();
  }

  /** Says that the job's client is alive. */
  renewLease(): Promise<void> {
    return this.function.renewLease();
  }

  async close(options: Required<CleanupOptions>): Promise<void> {
    // Until it is known what there is.
    const reason = new FaastCancelledError("the job has been cleaned up");
    await this.steps.end(reason);
    this.bucket?.giveUp(reason);
    await this.jobReplies.close();
    // Streams that were given up just now are told so.
    await this.controlQueues.close();
    this.responseStreams.close();
    const { clients } = this;
    if (clients === undefined) return;
    try {
      if (options.deleteResources) await this.removeAll(options);
      else await this.layer?.close(options);
    } finally {
      // Nobody calls any more: a thousand connections need not wait for that.
      clients.closeConnections();
    }
  }

  private get ready(): AwsClients {
    if (this.clients === undefined) throw new Error("the role has not been prepared");
    return this.clients;
  }

  private prepareLayer(
    clients: AwsClients,
    source: DependencySource,
    signal: AbortSignal,
  ): Promise<string> {
    const { roleArn, spec, tags, blobs: bucket } = this;
    this.layer = new DependencyLayer({ source, spec, clients, roleArn, tags, bucket });
    return this.layer.prepare(signal);
  }

  private async streamResponse(payload: string, signal: AbortSignal): Promise<ResponseEvents> {
    const client = await this.ready.responses();
    return openResponse(client, { functionName: this.functionName, payload, signal });
  }

  private async createControlQueue(name: string): Promise<ControlPlace> {
    const { url, maximumMessageSize } = await this.queues.get(name);
    return {
      name,
      url,
      route: { inlineLimit: inlineLimit(maximumMessageSize), blobs: this.blobs },
    };
  }

  private async removeAll(options: Required<CleanupOptions>): Promise<void> {
    const removals = await Promise.allSettled([
      this.layer?.close(options),
      this.function.remove(),
      this.queues.removeAll(),
      this.topic.remove(),
      this.function.mayExist || this.bucket?.begun === true ? this.removeBucket() : undefined,
    ]);
    removals.push(...(await Promise.allSettled([this.logGroup.remove(this.loose)])));
    const failed = removals.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** The function may have made it, for a result that was never heard of. */
  private async removeBucket(): Promise<void> {
    const begun = this.bucket?.begun === true;
    try {
      await this.blobs.remove();
    } catch (error) {
      // Who needs no bucket need not be permitted to look for one.
      if (begun || !isAccessDenied(error)) throw error;
    }
  }
}
