import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { IAM } from "@aws-sdk/client-iam";
import type { Lambda, LambdaClientConfig } from "@aws-sdk/client-lambda";
import type { S3 } from "@aws-sdk/client-s3";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { STS } from "@aws-sdk/client-sts";
import { FaastCancelledError } from "@faast/core/provider";
import type { InvocationClient } from "../invocation/invocation-client.js";
import type { HttpLimits } from "../invocation/http-invocations.js";

/** Where neither an option, the environment nor a profile names a region. */
const FALLBACK_REGION = "us-west-2";

/**
 * Milliseconds without a byte in either direction after which a server is taken for dead.
 *
 * There is no limit of the SDK's for making a connection: its timer would outlive a request that is
 * given up before, and keep the process alive. `awsRequest` has a limit for all of a request.
 */
const SILENCE_TIME = 60_000;
/** Tries of the SDK: it waits up to 20 s between them, with jitter, and slows down when throttled. */
const CONTROL_ATTEMPTS = 6;
/** Sockets for each service, beside those for invocations: many more requests wait their turn. */
const CONTROL_SOCKETS = 50;
/** Sockets for invocations, where their number is not limited. */
const UNLIMITED_SOCKETS = 2_000;

/** What of a client's configuration is followed where requests are not sent by the SDK itself. */
const ownInvocationConfig: ReadonlySet<string> = new Set([
  "credentials",
  "endpoint",
  "maxAttempts",
  "profile",
  "useDualstackEndpoint",
  "useFipsEndpoint",
]);

/** What may be passed on to every client of the SDK. */
export type AwsClientConfig = Pick<
  LambdaClientConfig,
  | "credentials"
  | "endpoint"
  | "logger"
  | "maxAttempts"
  | "profile"
  | "requestHandler"
  | "useDualstackEndpoint"
  | "useFipsEndpoint"
>;

/** What the clients are to be like. */
export interface AwsClientOptions {
  /** Default: `AWS_REGION`, else that of the profile in use, else `us-west-2`. */
  readonly region?: string | undefined;
  /** Passed on to the SDK; what is absent comes from its own chain: environment, profile, role. */
  readonly clientConfig?: AwsClientConfig | undefined;
  readonly invocations?: InvocationLimits | undefined;
}

/** What the connections for invocations are to carry. */
export interface InvocationLimits {
  /** Invocations at the same time; 0: no limit. */
  readonly concurrency: number;
  /** Seconds until an invocation has surely ended: the function's timeout and a grace. */
  readonly timeoutSeconds: number;
}

/** Clients of the services we use, each made when first asked for. */
export interface AwsClients {
  readonly region: string;
  iam(): Promise<IAM>;
  lambda(): Promise<Lambda>;
  /**
   * A client for invocations alone: as many connections as calls in flight, as patient as the function's
   * timeout, and without retries, which are the engine's.
   */
  invocations(): Promise<InvocationClient>;
  /** The like, of the SDK, for invocations whose responses are read while they are made. */
  responses(): Promise<Lambda>;
  logs(): Promise<CloudWatchLogs>;
  s3(): Promise<S3>;
  sns(): Promise<SNS>;
  sqs(): Promise<SQS>;
  sts(): Promise<STS>;
  /** Closes every connection. Requests under way fail; further ones have new connections. */
  closeConnections(): void;
  /** The same, for good. */
  destroy(): void;
}

/** Clients, and the signal that ends whatever is done with them. */
export interface AwsScope {
  readonly clients: AwsClients;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes clients. No request is sent, and the SDK is loaded service by service as it is needed.
 *
 * @example
 * ```ts
 * const clients = await createAwsClients({ region: "eu-central-1" });
 * const { Functions } = await (await clients.lambda()).listFunctions({});
 * clients.destroy();
 * ```
 */
export async function createAwsClients(options: AwsClientOptions = {}): Promise<AwsClients> {
  const { clientConfig = {} } = options;
  const region = options.region || process.env.AWS_REGION || (await configuredRegion(clientConfig));
  const control = {
    region,
    maxAttempts: CONTROL_ATTEMPTS,
    requestHandler: {
      socketTimeout: SILENCE_TIME,
      ...agents(CONTROL_SOCKETS),
    },
    ...clientConfig,
  };
  const made = new ClientSet();
  return {
    region,
    iam: made.lazily(async () => new (await import("@aws-sdk/client-iam")).IAM(control)),
    lambda: made.lazily(async () => new (await import("@aws-sdk/client-lambda")).Lambda(control)),
    invocations: made.lazily(() => invocationClient(control, options)),
    responses: made.lazily(() => sdkInvocationClient(control, options)),
    logs: made.lazily(
      async () => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogs(control),
    ),
    s3: made.lazily(async () => new (await import("@aws-sdk/client-s3")).S3(control)),
    sns: made.lazily(async () => new (await import("@aws-sdk/client-sns")).SNS(control)),
    sqs: made.lazily(async () => new (await import("@aws-sdk/client-sqs")).SQS(control)),
    sts: made.lazily(async () => new (await import("@aws-sdk/client-sts")).STS(control)),
    closeConnections: () => made.closeConnections(),
    destroy: () => made.destroy(),
  };
}

/** A client that sends requests by itself; by the SDK, where the user has a say in how that is done. */
async function invocationClient(
  control: LambdaClientConfig,
  options: AwsClientOptions,
): Promise<InvocationClient> {
  if (Object.keys(options.clientConfig ?? {}).every((each) => ownInvocationConfig.has(each))) {
    const [{ httpInvocations }, { Lambda }] = await Promise.all([
      import("../invocation/http-invocations.js"),
      import("@aws-sdk/client-lambda"),
    ]);
    return httpInvocations(new Lambda({ ...control, maxAttempts: 1 }), httpLimits(options));
  }
  const { SdkInvocations } = await import("../invocation/sdk-invocations.js");
  return new SdkInvocations(await sdkInvocationClient(control, options));
}

async function sdkInvocationClient(
  control: LambdaClientConfig,
  options: AwsClientOptions,
): Promise<Lambda> {
  const { connections, patience } = httpLimits(options);
  const requestHandler = {
    requestTimeout: patience,
    throwOnRequestTimeout: true,
    socketTimeout: patience,
    ...agents(connections),
  };
  const { Lambda } = await import("@aws-sdk/client-lambda");
  return new Lambda({ ...control, requestHandler, ...options.clientConfig, maxAttempts: 1 });
}

function httpLimits({ invocations }: AwsClientOptions): HttpLimits {
  const { concurrency, timeoutSeconds } = invocations ?? { concurrency: 0, timeoutSeconds: 900 };
  return { connections: concurrency || UNLIMITED_SOCKETS, patience: timeoutSeconds * 1000 };
}

/** A client that has been made, or is being made. */
interface MadeClient {
  readonly client: Promise<{ destroy(): void }>;
  readonly forget: () => void;
}

/** Each client is made once, until connections are closed, and none after the end. */
class ClientSet {
  private readonly made: MadeClient[] = [];
  private destroyed = false;

  lazily<T extends { destroy(): void }>(make: () => Promise<T>): () => Promise<T> {
    let client: Promise<T> | undefined;
    const forget = () => (client = undefined);
    return () => {
      if (this.destroyed) return Promise.reject(new FaastCancelledError("the clients are closed"));
      if (client === undefined) {
        client = make();
        this.made.push({ client, forget });
      }
      return client;
    };
  }

  closeConnections(): void {
    for (const { client, forget } of this.made.splice(0)) {
      forget();
      client.then(
        (each) => each.destroy(),
        () => undefined, // it was never made
      );
    }
  }

  destroy(): void {
    this.destroyed = true;
    this.closeConnections();
  }
}

/** Kept open, since most requests are short; the last one used is used next, so that the rest close. */
function agents(maxSockets: number) {
  const agent = { keepAlive: true, maxSockets, scheduling: "lifo" as const };
  return { httpAgent: agent, httpsAgent: agent };
}

/** The region of the profile in use, as the SDK reads it. */
async function configuredRegion({ profile }: AwsClientConfig): Promise<string> {
  const { SQS } = await import("@aws-sdk/client-sqs");
  const probe = new SQS(profile === undefined ? {} : { profile });
  try {
    return (await probe.config.region()) || FALLBACK_REGION;
  } catch {
    return FALLBACK_REGION; // none is configured
  } finally {
    probe.destroy();
  }
}
