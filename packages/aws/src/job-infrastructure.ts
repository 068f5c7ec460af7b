import { hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { CleanupOptions, DeploySpec, FailureCode } from "@faast/core/provider";
import { DEFAULT_ROLE, type AwsOptions } from "./aws-options.js";
import { ControlQueues, type ControlPlace } from "./control-queues.js";
import { createAwsClients, type AwsClients } from "./infra/clients.js";
import { putEventInvokeConfig } from "./infra/event-invoke.js";
import { createFunction, deleteFunction } from "./infra/function.js";
import { createLogGroup, deleteLogGroup } from "./infra/log-group.js";
import { deleteMessages, receiveMessages, sendMessage } from "./infra/queue.js";
import { ensureRole, findRole } from "./infra/role.js";
import { jobTags, type TagRecord } from "./infra/tags.js";
import { inlineLimit } from "./inline-limit.js";
import { invocationOutcome, type InvocationOutcome } from "./invocation-outcome.js";
import { JobBucket } from "./job-bucket.js";
import { JobQueues } from "./job-queues.js";
import { heapLimit } from "./heap-limit.js";
import { EVENT_AGE, executionTimeout, startupTime } from "./lambda-times.js";
import { ReplyRouter } from "./reply-queue.js";
import { RequestTopic } from "./request-topic.js";

/** Milliseconds in which what Lambda has to say of an execution follows the execution's last frame. */
const LATE_LINES = 500;
/** Days after which an abandoned job's resources may be collected. */
const LEASE_DAYS = 1;
/** Bytes of an asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const ASYNC_PAYLOAD = 1_048_576;
/**
 * Milliseconds that a function has to let go of its control queue when its stream is over without a last
 * frame: what it takes to run `finally` blocks and to answer, with time to spare.
 */
const CONTROL_GRACE = 5_000;

/** The replies of a job: their queue, and who hands them on. */
export interface Replies {
  readonly url: string;
  readonly router: ReplyRouter;
}

/** All that a job has in the account: its function at once, the rest when first needed. */
export class JobInfrastructure {
  readonly mode: "https" | "queue";
  readonly functionName: string;
  readonly controlQueues: ControlQueues;
  private readonly spec: DeploySpec<AwsOptions>;
  private readonly tags: TagRecord;
  private readonly clientsPromise: Promise<AwsClients>;
  private clients: AwsClients | undefined;
  private bucket: JobBucket | undefined;
  private roleArn = "";
  private functionArn = "";
  private creating: Promise<unknown> = Promise.resolve();
  /** Executions may end unseen: those that answer by the queue, and those that were given up. */
  private loose = false;
  /** There may be something to remove. */
  private begun = false;
  private readonly queues: JobQueues;
  private readonly topic: RequestTopic;
  private repliesPromise: Promise<Replies> | undefined;
  private router: ReplyRouter | undefined;
  private replyLimit = 0;

  constructor(spec: DeploySpec<AwsOptions>) {
    this.spec = spec;
    const { options, job } = spec;
    this.mode = options.mode === "queue" ? "queue" : "https";
    this.functionName = job.name;
    const expiresAt = new Date(job.createdAt.getTime() + LEASE_DAYS * 86_400_000);
    this.tags = jobTags({ job: job.id, owner: owner(), createdAt: job.createdAt, expiresAt });
    this.clientsPromise = createAwsClients({
      region: options.region,
      clientConfig: options.clientConfig,
      invocations: {
        concurrency: options.concurrency,
        timeoutSeconds: executionTimeout(options) + 10,
      },
    });
    const clients = () => this.ready;
    this.queues = new JobQueues(clients, this.functionName, this.tags);
    this.topic = new RequestTopic(clients, () => ({
      functionName: this.functionName,
      functionArn: this.functionArn,
      tags: this.tags,
    }));
    this.controlQueues = new ControlQueues(
      {
        create: (name) => this.createControlQueue(name),
        remove: (name) => this.queues.remove(name),
        send: async (url, body) => sendMessage({ clients: await this.clientsPromise }, url, body),
      },
      { most: options.concurrency, grace: CONTROL_GRACE },
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
    return inlineLimit(this.replyLimit);
  }

  get blobs(): JobBucket {
    return (this.bucket ??= new JobBucket(this.ready, this.functionName, this.tags));
  }

  /** Finds or makes the execution role. */
  async prepareRole(signal: AbortSignal): Promise<void> {
    this.clients = await this.clientsPromise;
    const scope = { clients: this.clients, signal };
    const { RoleName } = this.spec.options;
    this.roleArn =
      RoleName === DEFAULT_ROLE ? await ensureRole(scope) : await findRole(scope, RoleName);
  }

  /** Creates the function, and what starts it in queue mode. */
  async createFunction(zip: Uint8Array, signal: AbortSignal): Promise<void> {
    this.begun = true;
    const creation = this.create(zip, signal);
    // Whoever closes waits until it is known what there is.
    this.creating = creation.catch(() => undefined);
    await creation;
  }

  /** Invokes the function, and waits for its answer. */
  async invoke(payload: string, signal: AbortSignal): Promise<InvocationOutcome> {
    signal.addEventListener("abort", () => (this.loose = true), { once: true });
    const client = await this.ready.invocations();
    return invocationOutcome(() =>
      client.invoke({ FunctionName: this.functionName, Payload: payload }, { abortSignal: signal }),
    );
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
      payloadOf(inlineLimit(ASYNC_PAYLOAD)),
    ]);
    const outcome = await invocationOutcome(() =>
      client.invoke(
        { FunctionName: this.functionName, InvocationType: "Event", Payload: payload },
        { abortSignal: signal },
      ),
    );
    return "failure" in outcome ? outcome.failure.code : undefined;
  }

  /** The queue of replies, made when first needed. */
  replies(): Promise<Replies> {
    this.loose = true;
    return (this.repliesPromise ??= this.openReplies().catch((error: unknown) => {
      this.repliesPromise = undefined; // the next one tries again
      throw error;
    }));
  }

  async close({ deleteResources }: Required<CleanupOptions>): Promise<void> {
    await this.creating;
    const clients = await this.clientsPromise.catch(() => undefined);
    await this.router?.close();
    // Streams that were given up just now are told so.
    await this.controlQueues.close();
    if (clients === undefined || !this.begun) return;
    if (deleteResources) await this.removeAll(clients);
  }

  private get ready(): AwsClients {
    if (this.clients === undefined) throw new Error("the role has not been prepared");
    return this.clients;
  }

  private async create(zip: Uint8Array, signal: AbortSignal): Promise<void> {
    const { options } = this.spec;
    const scope = { clients: this.ready, signal };
    await createLogGroup(scope, { functionName: this.functionName, tags: this.tags });
    this.functionArn = await createFunction(scope, {
      name: this.functionName,
      roleArn: this.roleArn,
      zip,
      handler: "index.handler",
      runtime: options.runtime,
      architecture: options.architecture,
      memorySize: options.memorySize,
      timeoutSeconds: executionTimeout(options),
      env: {
        ...options.env,
        ...(options.childProcess ? {} : { FAAST_CHILD_PROCESS: "false" }),
        FAAST_HEAP_LIMIT: String(heapLimit(options)),
      },
      description: options.description || "made by faast",
      tags: this.tags,
    });
    if (this.mode === "https") return;
    await Promise.all([
      options.queueDispatch === "sns" ? this.topic.prepare() : undefined,
      this.watchFailures(signal),
      this.replies(),
    ]);
  }

  /**
   * What fails before our own handler can say so is told by Lambda, to the queue of replies. That goes for
   * notifications, too: Lambda takes them for asynchronous invocations, and would try them again itself.
   */
  private async watchFailures(signal: AbortSignal): Promise<void> {
    const { arn } = await this.queues.get("replies");
    await putEventInvokeConfig(
      { clients: this.ready, signal },
      { functionName: this.functionName, failureQueueArn: arn, maximumAgeSeconds: EVENT_AGE },
    );
  }

  private async createControlQueue(name: string): Promise<ControlPlace> {
    const { url, maximumMessageSize } = await this.queues.get(name);
    return {
      name,
      url,
      route: { inlineLimit: inlineLimit(maximumMessageSize), blobs: this.blobs },
    };
  }

  private async openReplies(): Promise<Replies> {
    const { url, maximumMessageSize } = await this.queues.get("replies");
    this.replyLimit = maximumMessageSize;
    const { ready: clients } = this;
    const receive = async (signal: AbortSignal) => {
      const messages = await receiveMessages({ clients, signal }, url);
      const handles = messages.map(({ receiptHandle }) => receiptHandle);
      // Nobody waits for that; what is not deleted comes again, and is passed over then.
      void deleteMessages({ clients }, url, handles).catch(() => undefined);
      return messages.map(({ body }) => body);
    };
    this.router = new ReplyRouter({ receive }, this.blobs);
    return { url, router: this.router };
  }

  private async removeAll(clients: AwsClients): Promise<void> {
    const scope = { clients };
    const removals = await Promise.allSettled([
      deleteFunction(scope, this.functionName),
      this.queues.removeAll(),
      this.topic.remove(),
      // The function may have made it, for a result that was never heard of.
      this.blobs.remove(),
    ]);
    removals.push(...(await Promise.allSettled([this.removeLogGroup(clients)])));
    const failed = removals.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Last of all, since Lambda's own lines about an execution come after the execution's last frame. */
  private async removeLogGroup(clients: AwsClients): Promise<void> {
    await deleteLogGroup({ clients }, this.functionName);
    if (!this.loose) return;
    // With a role of the user's own that may create log groups, such a line brings the group back.
    await sleep(LATE_LINES);
    await deleteLogGroup({ clients }, this.functionName);
  }
}

function owner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname(); // a user without a name
  }
}
